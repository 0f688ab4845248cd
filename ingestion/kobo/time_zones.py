"""The time zone of each city, from the programme's reference data."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from functools import cache

from infra.settings import REPO

PLACES = REPO / "dbt_project" / "seeds" / "places" / "places.csv"


@cache
def time_zones() -> Mapping[str, str]:
    """City or joint set -> name of its time zone (IANA)."""
    with PLACES.open(encoding="utf-8", newline="") as file:
        return {
            row["place_code"]: row["timezone"] or "Etc/UTC"
            for row in csv.DictReader(file)
            if row["level"] in ("city", "joint_set")
        }
