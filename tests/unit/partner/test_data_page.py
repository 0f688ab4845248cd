"""What My data tells from the rows of the database."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

from ingestion.gateway.partner.advice import advice_for
from ingestion.gateway.partner.data_page import WEEKS, overview
from ingestion.gateway.refusal import SCHEMA_VIOLATION
from ingestion.words import say
from ingestion.words.say import catalogue

TODAY = date(2026, 11, 25)  # a Wednesday
MONDAY = date(2026, 11, 23)


def row(outcome: str, events: int, *, week: date = MONDAY, hour: int = 8, **more: Any) -> dict[str, Any]:
    return {
        "week_start": week,
        "city": "ADAMA",
        "outcome": outcome,
        "code": None if outcome == "accepted" else SCHEMA_VIOLATION,
        "events": events,
        "last_received_at": datetime(week.year, week.month, week.day, hour, tzinfo=UTC),
        "median_days_late": 1.0 if outcome == "accepted" else None,
        **more,
    }


def test_overview__of_nothing() -> None:
    seen = overview([], TODAY)
    assert (seen.accepted, seen.rejected, seen.last_received_at, seen.days_late) == (0, 0, None, None)
    assert len(seen.weeks) == WEEKS
    assert seen.weeks[-1].start == MONDAY
    assert {(week.accepted_height, week.rejected_height) for week in seen.weeks} == {(0, 0)}


def test_overview__adds_cities_and_draws_the_highest_week_full() -> None:
    before = date(2026, 11, 16)
    seen = overview(
        [
            row("accepted", 60),
            row("accepted", 20, city="ARUA"),
            row("rejected", 20),
            row("accepted", 50, week=before),
        ],
        TODAY,
    )
    last, second = seen.weeks[-1], seen.weeks[-2]
    assert (last.accepted, last.rejected, second.accepted) == (80, 20, 50)
    assert last.accepted_height + last.rejected_height == 100
    assert second.accepted_height == 50
    assert seen.cities == ["ADAMA", "ARUA"]


def test_overview__last_event_may_be_a_refused_one() -> None:
    seen = overview([row("accepted", 1, hour=8), row("rejected", 1, hour=9)], TODAY)
    assert seen.last_received_at is not None
    assert seen.last_received_at.hour == 9


def test_overview__delay_is_that_of_most_events() -> None:
    late = row("accepted", 10, median_days_late=30.0)
    soon = row("accepted", 90, week=date(2026, 11, 16), median_days_late=0.5)
    assert overview([late, soon], TODAY).days_late == 0.5


def test_overview__reasons_most_frequent_first() -> None:
    rows = [row("rejected", 3, code="out_of_scope"), row("rejected", 2), row("rejected", 2, city="ARUA")]
    assert overview(rows, TODAY).reasons == [(SCHEMA_VIOLATION, 4), ("out_of_scope", 3)]


def test_advice__exists_for_a_code_that_nobody_foresaw() -> None:
    assert advice_for("something_new") in catalogue("ar")
    assert say("fr", advice_for(SCHEMA_VIOLATION)) != advice_for(SCHEMA_VIOLATION)
