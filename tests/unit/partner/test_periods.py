"""Reporting periods: their names and days, and what may follow in which state."""

from __future__ import annotations

import asyncio
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from ingestion.gateway.partner.periods import (
    FOLLOWS,
    NARRATIVE,
    RETURNED,
    STATE_WORDS,
    SUBMITTED,
    VALIDATED,
    Period,
    Standing,
    all_standings,
    name_of,
    recent_periods,
    standing,
)

QUARTER = Period("2026-Q3", date(2026, 7, 1), date(2026, 9, 30), "quarter")


@pytest.mark.parametrize(
    ("name", "start", "end"),
    [
        ("2026-Q1", date(2026, 1, 1), date(2026, 3, 31)),
        ("2026-Q2", date(2026, 4, 1), date(2026, 6, 30)),
        ("2026-Q3", date(2026, 7, 1), date(2026, 9, 30)),
        ("2026-Q4", date(2026, 10, 1), date(2026, 12, 31)),
        ("2024", date(2024, 1, 1), date(2024, 12, 31)),
    ],
)
def test_period__has_the_days_of_its_name(name: str, start: date, end: date) -> None:
    period = Period.read(name)
    assert period is not None
    assert (period.start, period.end) == (start, end)
    assert name_of(start.isoformat(), end.isoformat()) == name


@pytest.mark.parametrize(
    "name", ["", "2026-Q5", "2026-Q0", "1999", "2026-q1", "2026-Q1/..", "٢٠٢٦", "2026-07", "20261"]
)
def test_period__of_no_such_name(name: str) -> None:
    assert Period.read(name) is None


@pytest.mark.parametrize(
    ("start", "end"),
    [("2026-07-01", "2026-07-31"), ("0000-01-01", "0000-12-31"), ("", ""), ("2026-13-01", "2026-12-31")],
)
def test_days__that_are_no_quarter_or_year_have_no_name(start: str, end: str) -> None:
    assert name_of(start, end) is None


def test_recent_periods__begin_now_and_name_each_year_once() -> None:
    names = [period.name for period in recent_periods(date(2026, 2, 3))]
    assert names[:4] == ["2026-Q1", "2026", "2025-Q4", "2025-Q3"]
    assert len(names) == len(set(names))


class Rows:
    """Stands for the database: it answers every query with the same rows."""

    def __init__(self, *types: str) -> None:
        began = datetime(2026, 10, 1, tzinfo=UTC)
        self.rows = [
            {
                "type": type_,
                "id": f"e{number}",
                "record_version": types[: number + 1].count(type_),
                "received_at": began + timedelta(hours=number),
                "as_of": "4",
                "comment": f"comment {number}",
                "narrative": "what happened" if type_ == NARRATIVE else None,
                "language": "en",
                "period_start": QUARTER.start,
                "period_end": QUARTER.end,
            }
            for number, type_ in enumerate(types)
        ]

    async def fetch(self, query: str, parameters: Any = ()) -> list[dict[str, Any]]:
        return [dict(row) for row in self.rows]


def where(*types: str) -> Standing:
    return asyncio.run(standing(Rows(*types), "SIM", "ADAMA", QUARTER))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("steps", "state", "may_follow"),
    [
        ((), "draft", {SUBMITTED}),
        ((NARRATIVE,), "draft", {SUBMITTED}),
        ((NARRATIVE, SUBMITTED), "submitted", {RETURNED, VALIDATED}),
        ((NARRATIVE, SUBMITTED, RETURNED), "returned", {SUBMITTED}),
        ((NARRATIVE, SUBMITTED, RETURNED, NARRATIVE, SUBMITTED), "submitted", {RETURNED, VALIDATED}),
        ((NARRATIVE, SUBMITTED, VALIDATED), "validated", {RETURNED}),
        # What is not possible, as an own system or a second click may send it, changes nothing.
        ((VALIDATED,), "draft", {SUBMITTED}),
        ((RETURNED, NARRATIVE, SUBMITTED), "submitted", {RETURNED, VALIDATED}),
        ((NARRATIVE, SUBMITTED, SUBMITTED), "submitted", {RETURNED, VALIDATED}),
        ((NARRATIVE, SUBMITTED, RETURNED, VALIDATED), "returned", {SUBMITTED}),
    ],
)
def test_standing__says_the_state_and_what_may_follow(steps: tuple[str, ...], state: str, may_follow: set[str]) -> None:
    now = where(*steps)
    assert now.state == state
    assert {type_ for type_ in (SUBMITTED, RETURNED, VALIDATED) if now.allows(type_)} == may_follow


def test_standing__numbers_the_next_version_by_type() -> None:
    now = where(NARRATIVE, SUBMITTED, RETURNED, NARRATIVE, SUBMITTED)
    assert now.version_of(SUBMITTED) == 3
    assert now.version_of(NARRATIVE) == 3
    assert now.version_of(RETURNED) == 2
    assert now.version_of(VALIDATED) == 1
    assert now.comment == "comment 4"
    assert now.narrative is not None


def test_impossible_step__is_not_among_the_steps_but_takes_its_version() -> None:
    now = where(NARRATIVE, SUBMITTED, SUBMITTED)
    assert [step["type"] for step in now.steps] == [SUBMITTED]
    assert now.version_of(SUBMITTED) == 3
    assert now.recorded == {"e0", "e1", "e2"}, "so that nobody waits for it"


def test_all_standings__one_each_city_and_period_the_last_changed_first() -> None:
    async def read() -> list[dict[str, Any]]:
        rows = Rows(SUBMITTED, SUBMITTED, VALIDATED, RETURNED)
        for row, city in zip(rows.rows, ("ADAMA", "ARUA", "ADAMA", "NEVER"), strict=True):
            row |= {"city": city, "period_start": "2026-07-01", "period_end": "2026-09-30"}
        return await all_standings(rows, "SIM", None)  # type: ignore[arg-type]

    found = asyncio.run(read())
    assert [(each["city"], each["period"], each["state"]) for each in found] == [
        ("ADAMA", "2026-Q3", "validated"),
        ("ARUA", "2026-Q3", "submitted"),
    ]


def test_states__each_has_a_word() -> None:
    assert set(FOLLOWS) == set(STATE_WORDS)
