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
    assert name_of(start, end) == name


@pytest.mark.parametrize(
    "name", ["", "2026-Q5", "2026-Q0", "1999", "2026-q1", "2026-Q1/..", "٢٠٢٦", "2026-07", "20261"]
)
def test_period__of_no_such_name(name: str) -> None:
    assert Period.read(name) is None


def test_recent_periods__begin_now_and_name_each_year_once() -> None:
    names = [period.name for period in recent_periods(date(2026, 2, 3))]
    assert names[:4] == ["2026-Q1", "2026", "2025-Q4", "2025-Q3"]
    assert len(names) == len(set(names))


class Rows:
    """Stands for the database: it answers every query with the same rows."""

    def __init__(self, *types: str) -> None:
        began = datetime(2026, 10, 1, tzinfo=UTC)
        self._rows = [
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
        return [dict(row) for row in self._rows]


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


def test_states__each_has_a_word() -> None:
    assert set(FOLLOWS) == set(STATE_WORDS)
