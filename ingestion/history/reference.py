"""The reference data that the history file leans on: the level of each place, the unit of each indicator."""

from __future__ import annotations

import csv
from functools import cache

from infra.settings import REPO

SEEDS = REPO / "dbt_project" / "seeds"


def seed_rows(name: str) -> list[dict[str, str]]:
    """All rows of the seed `name` (without .csv), as text by column."""
    (path,) = SEEDS.glob(f"*/{name}.csv")
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@cache
def places() -> dict[str, dict[str, str]]:
    """Rows of places.csv by place_code."""
    return {row["place_code"]: row for row in seed_rows("places")}


@cache
def indicators() -> dict[str, dict[str, str]]:
    """Rows of indicators.csv by indicator_code."""
    return {row["indicator_code"]: row for row in seed_rows("indicators")}


def city_of(place_code: str) -> str | None:
    """The city or joint set that an event about this place belongs to; None for a place that is neither."""
    place = places()[place_code]
    if place["level"] in ("city", "joint_set"):
        return place_code
    parent = places().get(place["parent_code"])
    return parent["place_code"] if place["level"] == "site" and parent and parent["level"] == "city" else None
