"""The cookie of a session: nobody but the gateway reads it, nobody makes one, and it ends."""

from __future__ import annotations

import base64
import time

import pytest

from ingestion.gateway.partner import session
from ingestion.gateway.partner.session import Ticket, Tickets

KEY = "ck_00000000_" + "A" * 43


@pytest.fixture
def tickets() -> Tickets:
    return Tickets("a secret of the stack")


def test_ticket__comes_back_with_the_key_and_a_token_of_its_own(tickets: Tickets) -> None:
    first, second = tickets.read(tickets.issue(KEY)), tickets.read(tickets.issue(KEY))
    assert first is not None
    assert second is not None
    assert first.presented == second.presented == KEY
    assert first.form_token != second.form_token
    assert len(first.form_token) >= 24


def test_cookie__does_not_show_the_key(tickets: Tickets) -> None:
    cookie = tickets.issue(KEY)
    assert KEY not in cookie
    assert KEY.encode() not in base64.urlsafe_b64decode(cookie)
    assert len(cookie) < 1000, "a browser keeps 4 KiB"


@pytest.mark.parametrize("damage", ["", "no cookie of ours", "é", "a" * 5000])
def test_cookie_that_is_no_cookie__opens_nothing(tickets: Tickets, damage: str) -> None:
    assert tickets.read(damage) is None
    assert tickets.read(None) is None


def test_cookie__with_any_character_changed_opens_nothing(tickets: Tickets) -> None:
    cookie = tickets.issue(KEY)
    # The last characters before the padding may hold bits that count for nothing.
    for place in range(0, len(cookie.rstrip("=")) - 1, 7):
        changed = cookie[:place] + ("A" if cookie[place] != "A" else "B") + cookie[place + 1 :]
        assert tickets.read(changed) is None, place


def test_cookie__of_another_stack_opens_nothing(tickets: Tickets) -> None:
    assert tickets.read(Tickets("the secret of another stack").issue(KEY)) is None


def test_cookie__ends_after_eight_hours(tickets: Tickets, monkeypatch: pytest.MonkeyPatch) -> None:
    began = time.time()
    cookie = tickets.issue(KEY)
    monkeypatch.setattr(time, "time", lambda: began + session.LIFETIME_SECONDS - 5)
    assert tickets.read(cookie) is not None
    monkeypatch.setattr(time, "time", lambda: began + session.LIFETIME_SECONDS + 5)
    assert tickets.read(cookie) is None
    assert session.LIFETIME_SECONDS == 8 * 3600


@pytest.mark.parametrize("token", [None, "", "another", 7, "é", b"form"])
def test_form__of_another_session_is_not_owned(token: object) -> None:
    ticket = Ticket(KEY, "form")
    assert ticket.owns("form")
    assert not ticket.owns(token)
