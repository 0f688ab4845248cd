"""Sessions, periods and overviews of the partner pages, without a browser."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingestion.contracts.registry import contracts
from ingestion.gateway.partner import desk, session
from ingestion.gateway.partner.data_page import WEEKS, overview
from ingestion.gateway.partner.event_types import event_types
from ingestion.gateway.partner.periods import RETURNED, SUBMITTED, VALIDATED, Period, Standing, name_of, recent_periods
from ingestion.gateway.partner.session import Tickets
from ingestion.gateway.partner.try_event import sample_for
from ingestion.gateway.scope import Key

KEY = Key("00000000", "SIM", "adama", "urn:adama", frozenset({"ADAMA"}))
TODAY = date(2026, 11, 22)


def test_cookie__holds_the_key_for_nobody_else() -> None:
    tickets = Tickets("a secret")
    cookie = tickets.issue("ck_secret")
    assert "ck_secret" not in cookie
    ticket = tickets.read(cookie)
    assert ticket is not None
    assert ticket.presented == "ck_secret"
    assert ticket.owns(ticket.form_token)
    assert not ticket.owns(tickets.issue("ck_secret"))
    assert Tickets("another secret").read(cookie) is None


@pytest.mark.parametrize("cookie", [None, "", "x", "é", "gAAAAA" * 20])
def test_cookie__that_is_none_opens_nothing(cookie: str | None) -> None:
    assert Tickets("a secret").read(cookie) is None


def test_cookie__ends(monkeypatch: pytest.MonkeyPatch) -> None:
    tickets = Tickets("a secret")
    cookie = tickets.issue("ck_secret")
    monkeypatch.setattr(session, "LIFETIME_SECONDS", -1)
    assert tickets.read(cookie) is None


@given(st.dates(date(2001, 1, 1), date(2098, 12, 31)))
def test_recent_periods__end_with_today_and_know_their_names(today: date) -> None:
    periods = recent_periods(today)
    assert periods[0].start <= today <= periods[0].end
    for period in periods:
        assert Period.read(period.name) == period
        assert name_of(period.start, period.end) == period.name
        assert period.end + timedelta(days=1) in {
            date(period.end.year + 1, 1, 1),
            *(date(period.end.year, month, 1) for month in (4, 7, 10)),
        }


@pytest.mark.parametrize("name", ["", "2026-Q5", "2026-Q0", "26", "1999", "2026-Q1/../x", "2026-Q3 "])
def test_period__of_another_name_is_none(name: str) -> None:
    assert Period.read(name) is None


def test_states__allow_what_may_follow() -> None:
    allowed = {
        state: {step for step in (SUBMITTED, RETURNED, VALIDATED) if Standing(state, [], None).allows(step)}
        for state in ("draft", "submitted", "returned", "validated")
    }
    assert allowed == {
        "draft": {SUBMITTED},
        "submitted": {RETURNED, VALIDATED},
        "returned": {SUBMITTED},
        "validated": {RETURNED},
    }


def test_overview__counts_weeks_reasons_and_delay() -> None:
    def row(outcome: str, days: int, events: int, code: str | None = None, late: float | None = None) -> dict[str, Any]:
        start = TODAY - timedelta(days=days)
        start -= timedelta(days=start.weekday())
        received = datetime(start.year, start.month, start.day, tzinfo=UTC)
        return {"week_start": start, "city": "ADAMA", "outcome": outcome, "code": code, "events": events,
                "last_received_at": received, "median_days_late": late}  # fmt: skip

    seen = overview(
        [
            row("accepted", 0, 90, late=2),
            row("accepted", 7, 10, late=40),
            row("rejected", 7, 3, "schema_violation"),
            row("rejected", 0, 4, "personal_data"),
        ],
        TODAY,
    )
    assert (seen.accepted, seen.rejected, seen.days_late) == (100, 7, 2)
    assert seen.reasons == [("personal_data", 4), ("schema_violation", 3)]
    assert len(seen.weeks) == WEEKS
    assert [(week.accepted, week.rejected) for week in seen.weeks[-2:]] == [(10, 3), (90, 4)]
    assert max(week.accepted_height + week.rejected_height for week in seen.weeks) == 100


def test_overview__of_nothing() -> None:
    seen = overview([], TODAY)
    assert (seen.accepted, seen.last_received_at, seen.days_late, seen.cities) == (0, None, None, [])


def test_event_types__every_type_stands_in_one_group() -> None:
    officer = Key("0", "SIM", "p", "urn:p", role="programme_officer")
    shown = [each.name for key in (KEY, officer) for _, types in event_types(key, "ar") for each in types]
    assert set(shown) == set(contracts())
    assert len([each for _, types in event_types(officer, "en") for each in types]) == len(contracts())
    assert "report.validated.v1" not in [each.name for _, types in event_types(KEY, "en") for each in types]


@pytest.mark.parametrize("name", sorted(contracts()))
def test_sample__is_of_this_key(name: str) -> None:
    assert '"source": "urn:adama:desk-1"' in sample_for(KEY, name)


def _contrast(one: str, other: str) -> float:
    def light(colour: str) -> float:
        parts = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
        red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
        return 0.2126 * red + 0.7152 * green + 0.0722 * blue

    low, high = sorted((light(one), light(other)))
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize(
    ("ink", "ground"),
    [("ink", "ground"), ("soft", "ground"), ("soft", "card"), ("deep", "card"), ("deep-ink", "deep"),
     ("good", "good-ground"),
     ("bad", "bad-ground"), ("wait", "wait-ground"), ("ink", "bad-ground")],
)  # fmt: skip
def test_colours__can_be_read(ink: str, ground: str) -> None:
    """WCAG 2.2 AA: 4.5 to 1 for text."""
    css = (Path(desk.__file__).parent / "partner.css").read_text(encoding="utf-8")
    colours = dict(
        part.split(":")
        for part in css.split("{")[1].split("}")[0].replace(" ", "").replace("\n", "").split(";")
        if part
    )
    assert _contrast(colours[f"--{ink}"], colours[f"--{ground}"]) >= 4.5
