"""What cities are called."""

from __future__ import annotations

import csv
from functools import cache

from ingestion.gateway.places import PLACES


def city_name(code: str) -> str:
    """The name of a place; its code where no name is known."""
    return _names().get(code, code)


@cache
def _names() -> dict[str, str]:
    with PLACES.open(encoding="utf-8", newline="") as file:
        return {row["place_code"]: row["name"] for row in csv.DictReader(file) if row["name"]}
