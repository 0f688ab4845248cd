"""What a key may write: nothing outside its programme, prefix, types and cities, however the event is built."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingestion.contracts.registry import contracts
from ingestion.gateway.check import Checker
from ingestion.gateway.places import Places, read_places
from ingestion.gateway.records import Accepted
from ingestion.gateway.refusal import Refusal
from ingestion.gateway.scope import Key
from ingestion.tokens import CityKey

NOW = "2026-03-02T06:15:00.000000Z"
WIDE = Key("00000000", "CM", "registry", "https://registry.example/")
Make = Callable[..., dict[str, Any]]
CITIES = sorted(read_places().cities)
CODES = st.sampled_from([*CITIES, *sorted(read_places().joint_sets), "NOWHERE"])


def _code(answer: Accepted | Refusal) -> str | None:
    return answer.code if isinstance(answer, Refusal) else None


def _record(answer: Accepted | Refusal) -> dict[str, Any]:
    assert isinstance(answer, Accepted), answer
    return answer.attributes


@given(
    cities=st.none() | st.sets(st.sampled_from(CITIES), min_size=1, max_size=3),
    types=st.none() | st.sets(st.sampled_from(["arrival.counted.v1", "result.reported.v1"]), min_size=1),
    city=st.none() | CODES,
    programme=st.sampled_from(["CM", "SIM", None]),
    prefix=st.sampled_from(["https://registry.example/", "urn:a:"]),
    place=st.none()
    | st.tuples(st.sampled_from(["city", "joint_set", "site", "country", "global", "programme"]), CODES),
)
def test_accepted__only_within_the_scope(
    checker: Checker, event: Make, cities: set[str] | None, types: set[str] | None, city: str | None,
    programme: str | None, prefix: str, place: tuple[str, str] | None,
) -> None:  # fmt: skip
    key = replace(
        WIDE,
        source_prefix=prefix,
        cities=None if cities is None else frozenset(cities),
        types=None if types is None else frozenset(types),
    )
    kind = "arrival.counted.v1" if place is None else "result.reported.v1"
    sent = event(kind, {"place": {"level": place[0], "code": place[1]}} if place else {}, programme=programme)
    sent = {name: value for name, value in sent.items() if name != "city"} | ({"city": city} if city else {})
    answer = checker.check(sent, key)
    if isinstance(answer, Refusal):
        assert answer.code in {"out_of_scope", "invalid_envelope"}
        return
    record = _record(answer)
    members = read_places().joint_sets
    assert record["programme"] == "CM"
    assert record["source"].startswith(prefix)
    assert types is None or record["type"] in types
    if cities is not None:
        assert record["city"] is not None, "no key for some cities may write for the whole programme"
        assert set(members.get(record["city"], {record["city"]})) <= cities
    if place is not None and place[0] in ("city", "joint_set"):
        assert record["city"] == place[1]


def test_key_with_one_city__fills_it_in(checker: Checker, event: Make) -> None:
    key = replace(WIDE, cities=frozenset({"JINJA"}))
    assert _record(checker.check(event(city=None), key))["city"] == "JINJA"


def test_key_with_two_cities__wants_it_said(checker: Checker, event: Make) -> None:
    key = replace(WIDE, cities=frozenset({"JINJA", "ARUA"}))
    assert _code(checker.check(event(city=None), key)) == "invalid_envelope"


def test_joint_set__needs_all_its_members(checker: Checker, event: Make) -> None:
    code, members = sorted(read_places().joint_sets.items())[0]
    data = {"place": {"level": "joint_set", "code": code}}
    sent = event("result.reported.v1", data, city=None)
    assert _record(checker.check(sent, replace(WIDE, cities=members)))["city"] == code
    one = frozenset(sorted(members)[:1])
    assert _code(checker.check(sent, replace(WIDE, cities=one))) == "out_of_scope"


def test_place_of_another_city_in_data__is_out_of_scope(checker: Checker, event: Make) -> None:
    key = replace(WIDE, cities=frozenset({"JINJA"}))
    sent = event("result.reported.v1", {"place": {"level": "city", "code": "ARUA"}}, city=None)
    assert _code(checker.check(sent, key)) == "out_of_scope"


def test_figure_of_the_world__needs_a_key_for_the_whole_programme(checker: Checker, event: Make) -> None:
    sent = event("result.reported.v1", {"place": {"level": "global", "code": "WORLD"}}, city=None)
    assert _record(checker.check(sent, WIDE))["city"] is None
    assert _code(checker.check(sent, replace(WIDE, cities=frozenset({"JINJA"})))) == "out_of_scope"


def test_figure_of_another_programme__is_out_of_scope(checker: Checker, event: Make) -> None:
    sent = event("result.reported.v1", {"place": {"level": "programme", "code": "SIM"}}, city=None)
    assert _code(checker.check(sent, WIDE)) == "out_of_scope"


def test_scope__is_told_before_the_contract(checker: Checker, event: Make) -> None:
    sent = event(programme="SIM", data={"count": -1})
    assert _code(checker.check(sent, WIDE)) == "out_of_scope"


@pytest.mark.parametrize("kind", ["arrival.counted.v1", "person.registered.v1"])
def test_void__is_held_to_the_scope_too(checker: Checker, event: Make, kind: str) -> None:
    key = replace(WIDE, cities=frozenset({"JINJA"}))
    sent = {**event(kind, operation="void", city="ARUA"), "data": {}}
    assert _code(checker.check(sent, key)) == "out_of_scope"


def test_city_that_has_ended__takes_events_of_its_own_days_only(event: Make) -> None:
    ended = Places(frozenset({"JINJA"}), validity={"JINJA": ("2019-05-01", "2024-06-30")})
    checker = Checker(contracts(), ended, {"JINJA": CityKey("k1", b"j" * 32)})
    for day in ("2019-05-01", "2024-06-30"):
        assert _code(checker.check(event(city="JINJA", time=f"{day}T10:00:00Z"), WIDE)) is None
    for day in ("2019-04-30", "2024-07-01"):
        answer = checker.check(event(city="JINJA", time=f"{day}T10:00:00Z"), WIDE)
        assert isinstance(answer, Refusal)
        assert (answer.code, answer.pointer) == ("invalid_envelope", "/city")
        assert answer.params == {"city": "JINJA", "first_day": "2019-05-01", "last_day": "2024-06-30"}
