"""OpenAPI and AsyncAPI: valid, complete, and true of what the gateway really takes and writes."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from jsonschema_rs import Draft7Validator, Draft202012Validator

from ingestion.contracts.generate.asyncapi import document
from ingestion.contracts.generate.openapi import event_components
from ingestion.contracts.generate.samples import pass_samples
from ingestion.contracts.registry import contracts
from ingestion.gateway.check import Checker
from ingestion.gateway.places import read_places
from ingestion.gateway.records import Accepted, rejected_value
from ingestion.gateway.refusal import Refusal
from ingestion.gateway.scope import Key
from ingestion.streaming.surge.announcing import announcement
from ingestion.streaming.surge.city import Change
from ingestion.streaming.surge.judging import Judgement
from ingestion.tokens import CityKey
from ingestion.topics import TOPICS

#: The official schema of AsyncAPI 3.0 documents; its own $comment says where it is from.
SCHEMA = Path(__file__).parent / "asyncapi-3.0.0.json"
AT = "2026-01-01T00:00:00.000000Z"


def _references(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        for name, item in value.items():
            if name == "$ref" and isinstance(item, str):
                yield item
            else:
                yield from _references(item)
    elif isinstance(value, list):
        for item in value:
            yield from _references(item)


def _dangling(document: dict[str, Any]) -> list[str]:
    """References that lead nowhere."""
    lost = []
    for reference in set(_references(document)):
        place: Any = document
        for part in reference.removeprefix("#/").split("/"):
            place = place.get(part) if isinstance(place, dict) else None
        if place is None:
            lost.append(reference)
    return lost


@pytest.fixture(scope="module")
def asyncapi() -> dict[str, Any]:
    return document(contracts())


@pytest.fixture(scope="module")
def openapi() -> dict[str, Any]:
    return {"components": event_components(contracts())}


@pytest.fixture(scope="module")
def checker() -> Checker:
    places = read_places()
    return Checker(contracts(), places, {city: CityKey("k1", city.encode() * 32) for city in places.cities})


def _payload(asyncapi: dict[str, Any], message: str) -> Draft202012Validator:
    schema = asyncapi["components"]["messages"][message]["payload"]["schema"]
    return Draft202012Validator({**schema, "components": asyncapi["components"]})


def test_asyncapi__fits_the_official_schema(asyncapi: dict[str, Any]) -> None:
    validator = Draft7Validator(json.loads(SCHEMA.read_text(encoding="utf-8")))
    assert [f"{list(e.instance_path)}: {e.message[:200]}" for e in validator.iter_errors(asyncapi)] == []
    assert not validator.is_valid({**asyncapi, "channels": {"accepted": {"adress": "x"}}}), "the schema must refuse"


def test_asyncapi__has_every_topic_and_type(asyncapi: dict[str, Any]) -> None:
    assert _dangling(asyncapi) == []
    assert {channel["address"] for channel in asyncapi["channels"].values()} == {topic.name for topic in TOPICS}
    assert set(asyncapi["channels"]["accepted"]["messages"]) == set(contracts())


@pytest.mark.parametrize("name", sorted(contracts()))
def test_asyncapi__tells_what_stands_in_the_record(name: str, asyncapi: dict[str, Any], checker: Checker) -> None:
    contract, payload = contracts()[name], _payload(asyncapi, name)
    key = Key("00000000", "CM", "registry", "https://registry.example/", role=contract.role or "partner")
    for event in pass_samples(contract).values():
        for sent in (event, {**event, "operation": "void", "data": {}}):
            accepted = checker.check(sent, key)
            assert isinstance(accepted, Accepted), accepted
            record = json.loads(accepted.record("registry", AT, "rcp_1").value)
            assert [error.message for error in payload.iter_errors(record)] == []
            for identifier in contract.identifiers:
                plain = {**record, "data": {**record["data"], identifier.plain: "AD-1"}}
                assert not payload.is_valid(plain), "a plain identifier never stands in the log"


def test_asyncapi__tells_what_a_rejected_record_holds(asyncapi: dict[str, Any]) -> None:
    key = Key("00000000", "CM", "registry", "https://registry.example/")
    value = json.loads(rejected_value(Refusal("unknown_type", "/type", "No."), key, AT, {"id": "1"}, "AAAA"))
    assert [error.message for error in _payload(asyncapi, "rejected").iter_errors(value)] == []
    assert not _payload(asyncapi, "rejected").is_valid({**value, "body": {}})


@pytest.mark.parametrize("what", ["opened", "calm"])
def test_asyncapi__tells_what_a_signal_holds(what: str, asyncapi: dict[str, Any]) -> None:
    change = Change(what, "clinic_visits", 500_000, 499_990, 499_985, Judgement(6, 80, 21.0, 5.0, 3.5), 499_990)
    value = json.loads(json.dumps(announcement("CM|ARUA", change)))
    assert [error.message for error in _payload(asyncapi, "surge_signal").iter_errors(value)] == []
    assert not _payload(asyncapi, "surge_signal").is_valid({**value, "person": "AD-1"})


def test_openapi_components__resolve(openapi: dict[str, Any]) -> None:
    assert _dangling(openapi) == []
    mapping = openapi["components"]["schemas"]["event"]["discriminator"]["mapping"]
    assert set(mapping) == set(contracts())


@pytest.mark.parametrize("name", sorted(contracts()))
def test_openapi_schema__accepts_and_refuses_as_the_contract_does(name: str, openapi: dict[str, Any]) -> None:
    contract = contracts()[name]
    validator = Draft202012Validator({**openapi["components"]["schemas"][name], **openapi}, validate_formats=True)
    examples = openapi["components"]["examples"]
    for sample, event in pass_samples(contract).items():
        assert examples[f"{name}.{sample}"]["value"] == event
        assert [error.message for error in validator.iter_errors(event)] == []
    for path in contract.folder.glob("*.fail.json"):
        event = json.loads(path.read_text(encoding="utf-8"))["event"]
        if event.get("operation") == "void":
            continue  # the gateway looks at the envelope alone
        assert validator.is_valid(event) == contract.validator.is_valid(event), path.name
