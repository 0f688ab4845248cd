"""The CSV template of a type: one row with the names of its columns."""

from __future__ import annotations

from ingestion.contracts.columns import template_columns
from ingestion.contracts.registry import Contract


def csv_header(contract: Contract) -> str:
    """The first row of a file of this type; names are ASCII without quotes or commas, so they stand as they are."""
    return ",".join(column.name for column in template_columns(contract)) + "\r\n"
