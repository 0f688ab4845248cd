"""The gateway's own checks take every valid event and refuse every bad one with the code that it was made for."""

from __future__ import annotations

import pytest

from ingestion.contracts.registry import contracts
from ingestion.gateway.check import Checker
from ingestion.gateway.places import read_places
from ingestion.gateway.refusal import Refusal
from ingestion.gateway.scope import Key
from ingestion.simulation.dispatch import Dispatch
from ingestion.simulation.sender_keys import key_scopes
from ingestion.simulation.simulation import Simulation
from ingestion.tokens import CityKey


@pytest.fixture(scope="module")
def checker() -> Checker:
    places = read_places()
    return Checker(contracts(), places, {city: CityKey("k1", city.encode() * 32) for city in places.cities})


@pytest.fixture(scope="module")
def keys(faulty: Simulation) -> dict[str, Key]:
    return {
        sender: Key(
            "00000000",
            scope["programme"],
            scope["partner"],
            scope["source_prefix"],
            frozenset(scope["cities"]) if "cities" in scope else None,
        )
        for sender, scope in key_scopes(faulty.config).items()
    }


def _answer(checker: Checker, keys: dict[str, Key], dispatch: Dispatch) -> str | None:
    verdict = checker.check(dispatch.event, keys[dispatch.sender])
    return f"{verdict.code} {verdict.pointer} {verdict.detail}" if isinstance(verdict, Refusal) else None


def test_valid_events__are_accepted(checker: Checker, keys: dict[str, Key], faulty: Simulation) -> None:
    answers = {_answer(checker, keys, dispatch) for dispatch in faulty.dispatches if dispatch.code is None}
    assert answers == {None}


def test_bad_events__are_refused_with_their_code(checker: Checker, keys: dict[str, Key], faulty: Simulation) -> None:
    for dispatch in faulty.dispatches:
        if dispatch.code:
            answer = _answer(checker, keys, dispatch)
            assert answer is not None
            assert answer.split()[0] == dispatch.code, answer
