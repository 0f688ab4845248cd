"""An archived month as text, without putting it back."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import orjson
import psycopg

from infra.settings import Settings
from ingestion.archive.attaching import archived
from ingestion.archive.files import columns_in, read_file
from ingestion.archive.months import Month
from ingestion.archive.rows import Column

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def read_as_json(settings: Settings, month: Month) -> Iterator[str]:
    """One JSON object a row; `data` as an object, times in RFC 3339, bytes in hex."""
    for columns, row in _rows(settings, month):
        values = {column.name: _shown(column, value) for column, value in zip(columns, row, strict=True)}
        texts = {"data": orjson.Fragment(values["data"])} if "data" in values else {}
        yield orjson.dumps({**values, **texts}).decode()


def read_as_csv(settings: Settings, month: Month) -> Iterator[str]:
    """CSV lines with a head; `data` as JSON text."""
    head = True
    for columns, row in _rows(settings, month):
        if head:
            yield _line([column.name for column in columns])
            head = False
        yield _line([_shown(column, value) for column, value in zip(columns, row, strict=True)])


def _rows(settings: Settings, month: Month) -> Iterator[tuple[list[Column], tuple[Any, ...]]]:
    with psycopg.connect(settings.dsn("owner"), application_name="corridor archive") as connection:
        path, _, _ = archived(connection, month)
    columns = columns_in(path)
    for chunk in read_file(path):
        for row in chunk:
            yield columns, row


def _shown(column: Column, value: Any) -> Any:
    if value is None:
        return None
    if column.type == "timestamp with time zone":
        try:
            return (_EPOCH + timedelta(microseconds=value)).isoformat()
        except OverflowError:  # years that Python does not have
            return f"{value} us since 1970"
    return value.hex() if isinstance(value, bytes) else value


def _line(values: list[Any]) -> str:
    text = io.StringIO()
    csv.writer(text, lineterminator="").writerow(values)
    return text.getvalue()
