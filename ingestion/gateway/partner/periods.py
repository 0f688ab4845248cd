"""Reporting periods of a city: which there are, and where each stands between draft and validated."""

from __future__ import annotations

import re
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
select distinct on (city, period_start, period_end) city, period_start, period_end, type, received_at
from ops.v_period_steps
where programme = %s and type <> 'narrative.submitted.v1' and (%s::text[] is null or city = any(%s))
order by city, period_start, period_end, received_at desc
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
    steps: list[dict[str, Any]]
    narrative: dict[str, Any] | None

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
        known = [step["record_version"] for step in self.steps if step["type"] == type_]
        if type_ == NARRATIVE and self.narrative is not None:
            known.append(self.narrative["record_version"])
        return max(known, default=0) + 1

    def allows(self, type_: str) -> bool:
        """True if this step may follow now."""
        return type_ in FOLLOWS[self.state]


async def standing(database: Database, programme: str, city: str, period: Period) -> Standing:
    """Read where the period stands. Raises DatabaseAway."""
    rows = await database.fetch(_STEPS, [programme, city, period.start, period.end])
    steps = [row for row in rows if row["type"] in _STATES]
    narratives = [row for row in rows if row["type"] == NARRATIVE]
    state = _STATES[steps[-1]["type"]] if steps else "draft"
    return Standing(state, steps, narratives[-1] if narratives else None)


async def all_standings(database: Database, programme: str, cities: list[str] | None) -> list[dict[str, Any]]:
    """City, period and state of every period that was ever submitted, the last changed first. Raises DatabaseAway."""
    rows = await database.fetch(_ALL, [programme, cities, cities])
    for row in rows:
        row["state"] = _STATES[row["type"]]
        row["period"] = name_of(row["period_start"], row["period_end"])
    return sorted(rows, key=lambda row: row["received_at"], reverse=True)


def name_of(start: date, end: date) -> str:
    """`2026-Q3` or `2026`; the days where it is neither."""
    for name in (f"{start.year}-Q{(start.month + 2) // 3}", str(start.year)):
        period = Period.read(name)
        if period is not None and (period.start, period.end) == (start, end):
            return name
    return f"{start} – {end}"
