"""Reporting periods of a city: which there are, and where each stands between draft and validated."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from ingestion.gateway.database import Database
from ingestion.words import _t

_NAME = re.compile(r"(20[0-9]{2})(?:-Q([1-4]))?")
_SHOWN_QUARTERS = 8

SUBMITTED, RETURNED, VALIDATED = "report.submitted.v1", "report.returned.v1", "report.validated.v1"
NARRATIVE = "narrative.submitted.v1"
#: What may follow in each state.
FOLLOWS = {
    "draft": {SUBMITTED},
    "submitted": {RETURNED, VALIDATED},
    "returned": {SUBMITTED},
    "validated": {RETURNED},
}
_STATES = {SUBMITTED: "submitted", RETURNED: "returned", VALIDATED: "validated"}
STATE_WORDS = {
    "draft": _t("Draft"),
    "submitted": _t("Submitted"),
    "returned": _t("Returned"),
    "validated": _t("Validated"),
}
_STEPS = """
select type, id, record_version, received_at, as_of, comment, narrative, language
from ops.v_period_steps
where programme = %s and city = %s and period_start = %s and period_end = %s
order by received_at, record_version
"""
_ALL = """
select type, city, period_start, period_end, received_at
from ops.v_period_steps
where programme = %s and type <> 'narrative.submitted.v1' and period_start is not null and period_end is not null
    and (%s::text[] is null or city = any(%s))
order by received_at, record_version
"""


@dataclass(frozen=True)
class Period:
    """A quarter (`2026-Q3`) or a year (`2026`)."""

    name: str
    start: date
    end: date
    precision: str

    @classmethod
    def read(cls, name: str) -> Period | None:
        """The period of that name, or None."""
        found = _NAME.fullmatch(name)
        if found is None:
            return None
        year, quarter = int(found[1]), int(found[2] or 0)
        if not quarter:
            return cls(name, date(year, 1, 1), date(year, 12, 31), "year")
        start = date(year, 3 * quarter - 2, 1)
        return cls(name, start, (start + timedelta(days=95)).replace(day=1) - timedelta(days=1), "quarter")

    def as_data(self) -> dict[str, str]:
        """As the contracts write it."""
        return {"start": self.start.isoformat(), "end": self.end.isoformat(), "precision": self.precision}


def recent_periods(today: date) -> list[Period]:
    """The current quarter and those before it, and the years they lie in; the newest first."""
    names: list[str] = []
    year, quarter = today.year, (today.month + 2) // 3
    for _ in range(_SHOWN_QUARTERS):
        names.append(f"{year}-Q{quarter}")
        if quarter == 1:
            names.append(str(year))
        year, quarter = (year, quarter - 1) if quarter > 1 else (year - 1, 4)
    return [period for name in names if (period := Period.read(name)) is not None]


@dataclass(frozen=True)
class Standing:
    """Where one period of a city stands."""

    state: str
    #: Those that were possible when they came, in their order.
    steps: list[dict[str, Any]]
    narrative: dict[str, Any] | None
    #: Type -> the highest record version so far.
    versions: dict[str, int]
    #: Ids of all events that were recorded, also of those that were no possible step.
    recorded: frozenset[str]

    @property
    def changed_at(self) -> datetime | None:
        """When the last step was received."""
        return self.steps[-1]["received_at"] if self.steps else None

    @property
    def comment(self) -> str | None:
        """What was said with the last step."""
        return self.steps[-1]["comment"] if self.steps else None

    def version_of(self, type_: str) -> int:
        """The record version that the next event of a type takes."""
        return self.versions.get(type_, 0) + 1

    def allows(self, type_: str) -> bool:
        """True if this step may follow now."""
        return type_ in FOLLOWS[self.state]


async def standing(database: Database, programme: str, city: str, period: Period) -> Standing:
    """Read where the period stands. Raises DatabaseAway."""
    days = period.start.isoformat(), period.end.isoformat()
    rows = await database.fetch(_STEPS, [programme, city, *days])
    versions: dict[str, int] = {}
    for row in rows:
        versions[row["type"]] = max(row["record_version"], versions.get(row["type"], 0))
    narratives = [row for row in rows if row["type"] == NARRATIVE]
    state, steps = follow(rows)
    return Standing(
        state, steps, narratives[-1] if narratives else None, versions, frozenset(row["id"] for row in rows)
    )


def follow(rows: Iterable[dict[str, Any]]) -> tuple[str, list[dict[str, Any]]]:
    """The state that steps lead to from a draft, and those that were possible; others (a second click, a validation of
    what was never submitted) change nothing."""
    state, taken = "draft", []
    for row in rows:
        if row["type"] in FOLLOWS[state]:
            state = _STATES[row["type"]]
            taken.append(row)
    return state, taken


async def all_standings(database: Database, programme: str, cities: list[str] | None) -> list[dict[str, Any]]:
    """City, period, state and time of every quarter and year that was ever submitted; the last changed first.

    Raises DatabaseAway.
    """
    found: defaultdict[tuple[str, str], list[dict[str, Any]]] = defaultdict(list)
    for row in await database.fetch(_ALL, [programme, cities, cities]):
        name = name_of(row["period_start"], row["period_end"])
        if name is not None:
            found[row["city"], name].append(row)
    standings = []
    for (city, name), rows in found.items():
        state, steps = follow(rows)
        if steps:
            standings.append({"city": city, "period": name, "state": state, "received_at": steps[-1]["received_at"]})
    return sorted(standings, key=lambda each: each["received_at"], reverse=True)


def name_of(start: str, end: str) -> str | None:
    """`2026-Q3` or `2026`; None for days that are neither a quarter nor a year."""
    year, month = start[:4], start[5:7]
    names = (f"{year}-Q{(int(month) + 2) // 3}", year) if month.isdigit() else ()
    for name in names:
        period = Period.read(name)
        if period is not None and (period.start.isoformat(), period.end.isoformat()) == (start, end):
            return name
    return None
