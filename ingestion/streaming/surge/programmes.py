"""Which programmes there are, and which of them are simulated; and the cities of which the stream keeps the time."""

from __future__ import annotations

import csv
from functools import cache

from infra.settings import REPO
from ingestion.gateway.places import read_places

_PROGRAMMES = REPO / "dbt_project" / "seeds" / "programmes.csv"
_CANARY = "OPS"


@cache
def _simulated() -> dict[str, bool]:
    with _PROGRAMMES.open(encoding="utf-8", newline="") as file:
        return {row["programme_code"]: row["is_simulated"] == "true" for row in csv.DictReader(file)}


def is_simulated(programme: str) -> bool:
    """True for a programme whose figures are invented; an unknown one counts as real."""
    return _simulated().get(programme, False)


def city_keys() -> list[str]:
    """`programme|city` of every city and joint set of cities, in every programme that can have signals."""
    places = read_places()
    cities = sorted({*places.cities, *places.joint_sets})
    return [f"{programme}|{city}" for programme in sorted(_simulated()) if programme != _CANARY for city in cities]
