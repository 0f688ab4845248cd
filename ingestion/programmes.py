"""Which programmes there are, and which of them are simulated."""

from __future__ import annotations

import csv
from functools import cache

from infra.settings import REPO

_PROGRAMMES = REPO / "dbt_project" / "seeds" / "programme" / "programmes.csv"


@cache
def programmes() -> dict[str, bool]:
    """By code, in the order of the list: True for a programme whose figures are invented."""
    with _PROGRAMMES.open(encoding="utf-8", newline="") as file:
        return {row["programme_code"]: row["is_simulated"] == "true" for row in csv.DictReader(file)}
