"""The types that a page offers to a key, and the example that it shows of each."""

from __future__ import annotations

import json

import pytest

from ingestion.contracts.registry import contracts
from ingestion.gateway.check import Checker
from ingestion.gateway.partner.event_types import event_types
from ingestion.gateway.partner.try_event import sample_for
from ingestion.gateway.places import read_places
from ingestion.gateway.records import Accepted
from ingestion.gateway.scope import Key
from ingestion.tokens import CityKey
from ingestion.words import LANGUAGES

CITY = Key("1", "CM", "adama", "urn:adama", cities=frozenset({"ADAMA"}))
OFFICER = Key("2", "CM", "office", "urn:office:", role="programme_officer")


@pytest.fixture(scope="module")
def checker() -> Checker:
    places = read_places()
    return Checker(contracts(), places, {city: CityKey("k1", city.encode() * 32) for city in places.cities})


def _offered(key: Key, language: str = "en") -> list[str]:
    return [each.name for _, types in event_types(key, language) for each in types]


def test_every_type__is_offered_once_to_somebody() -> None:
    offered = _offered(CITY)
    assert len(offered) == len(set(offered))
    assert set(offered) | set(_offered(OFFICER)) == set(contracts())


def test_types_of_officers__are_offered_to_officers_only() -> None:
    only = {"report.returned.v1", "report.validated.v1"}
    assert not only & set(_offered(CITY))
    assert only <= set(_offered(OFFICER))


def test_types__are_those_of_the_key() -> None:
    key = Key("3", "CM", "adama", "urn:adama", types=frozenset({"clinic.visit.v1"}))
    assert _offered(key) == ["clinic.visit.v1"]


@pytest.mark.parametrize("language", [language for language in LANGUAGES if language != "en"])
def test_types__are_called_in_the_language(language: str) -> None:
    def titles(spoken: str) -> dict[str, str]:
        return {each.name: each.title for _, types in event_types(CITY, spoken) for each in types}

    english, said = titles("en"), titles(language)
    # A word may be the same in two languages, but hardly a tenth of them.
    assert sum(said[name] == english[name] for name in english) < len(english) / 10


@pytest.mark.parametrize("name", _offered(CITY))
def test_example__would_be_accepted_from_the_key_that_sees_it(checker: Checker, name: str) -> None:
    verdict = checker.check(json.loads(sample_for(CITY, name)), CITY)
    assert isinstance(verdict, Accepted), verdict
    assert verdict.attributes["type"] == name
