"""What is known of events that were let through is never more than the key, the places and the keyring say now."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from ingestion.contracts.registry import contracts
from ingestion.gateway.check import Checker
from ingestion.gateway.places import Places
from ingestion.gateway.records import Accepted
from ingestion.gateway.refusal import Refusal
from ingestion.gateway.scope import Key
from ingestion.gateway.terms import KnownTerms
from ingestion.tokens import CityKey

KEY = Key("00000000", "CM", "registry", "https://registry.example/")
PLACES = Places(frozenset({"ADAMA", "ARUA"}))
OLD, NEW = CityKey("k1", b"1" * 32), CityKey("k2", b"2" * 32)
Make = Callable[..., dict[str, Any]]


@pytest.fixture
def checker() -> Checker:
    return Checker(contracts(), PLACES, {"ADAMA": OLD, "ARUA": OLD})


def _code(answer: Accepted | Refusal) -> tuple[str, str] | None:
    return None if isinstance(answer, Accepted) else (answer.code, answer.pointer)


@pytest.mark.parametrize(
    ("change", "pointer"),
    [
        ({"cities": frozenset({"ARUA"})}, "/city"),
        ({"types": frozenset({"visit.recorded.v1"})}, "/type"),
        ({"source_prefix": "https://other.example/"}, "/source"),
        ({"programme": "SIM"}, "/programme"),
    ],
)
def test_key_that_was_changed__is_obeyed_at_once(
    checker: Checker, event: Make, change: dict[str, Any], pointer: str
) -> None:
    sent = event(type="person.registered.v1")
    assert [_code(checker.check(sent, KEY)) for _ in range(2)] == [None, None]
    assert _code(checker.check(sent, replace(KEY, **change))) == ("out_of_scope", pointer)
    assert _code(checker.check(sent, KEY)) is None
    assert _code(checker.check(sent, replace(KEY))) is None, "read again, the same key"


@pytest.mark.parametrize("change", [{"city": "NOWHERE"}, {"source": "urn:x"}, {"programme": "SIM"}, {"type": "x.y.v1"}])
def test_event_that_differs__is_judged_by_itself(checker: Checker, event: Make, change: dict[str, Any]) -> None:
    sent = event(type="person.registered.v1")
    assert _code(checker.check(sent, KEY)) is None
    assert _code(checker.check({**sent, **change}, KEY)) is not None
    assert _code(checker.check({**sent, next(iter(change)): ["no text"]}, KEY)) is not None


def test_reference_data_that_was_replaced__is_used_at_once(checker: Checker, event: Make) -> None:
    sent = event(type="person.registered.v1")
    first = checker.check(sent, KEY)
    checker.replace(PLACES, {"ADAMA": NEW})
    second = checker.check(sent, KEY)
    assert isinstance(first, Accepted)
    assert isinstance(second, Accepted)
    tokens = [answer.attributes["data"]["person_token"][:8] for answer in (first, second)]
    assert tokens == ["tok1_k1_", "tok1_k2_"]
    checker.replace(Places(frozenset({"ARUA"})), {"ARUA": NEW})
    assert _code(checker.check(sent, KEY)) == ("invalid_envelope", "/city")


def test_what_is_known__is_bounded(checker: Checker, event: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ingestion.gateway.terms._MOST_TERMS", 3)
    monkeypatch.setattr("ingestion.gateway.terms._MOST_KEYS", 3)
    known = checker._known
    assert isinstance(known, KnownTerms)
    for number in range(10):
        key = replace(KEY, key_id=f"{number:08}")
        for source in range(10):
            assert _code(checker.check(event(source=f"{KEY.source_prefix}{source}"), key)) is None
    assert len(known._keys) <= 3
    assert all(len(each.terms) <= 3 for each in known._keys.values())
