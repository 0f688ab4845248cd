"""A plain identifier in an attribute that is stored as it comes: refused, and not repeated beside the refusal."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable
from typing import Any

import pytest

from ingestion.gateway.check import Checker
from ingestion.gateway.intake import Intake
from ingestion.gateway.records import Accepted
from ingestion.gateway.refusal import Refusal
from ingestion.gateway.scope import Key
from ingestion.gateway.sending import Sending
from ingestion.sealing import Sealer

KEY = Key("00000000", "CM", "registry", "https://registry.example/")
NOW = "2026-03-02T06:15:00.000000Z"
PLAIN = "CF-998877"
Make = Callable[..., dict[str, Any]]


class _NoSealer(Sealer):
    def __init__(self) -> None:
        pass

    def seal(self, body: bytes) -> str:
        return "sealed"


def _registration(event: Make, person_id: Any = PLAIN, **changes: Any) -> dict[str, Any]:
    sent = event("person.registered.v1", **changes)
    data = {name: value for name, value in sent["data"].items() if name != "person_token"}
    return {**sent, "data": {**data, "person_id": person_id}}


def _refusal_record(checker: Checker, sent: dict[str, Any]) -> dict[str, Any]:
    refusal = checker.check(copy.deepcopy(sent), KEY)
    assert isinstance(refusal, Refusal), "must be refused"
    intake = Intake(checker, _NoSealer(), None, None, None)  # type: ignore[arg-type]
    (record,) = intake._seal_all([(0, refusal)], [sent], [b"{}"], KEY, Sending(KEY.partner, NOW, "rcp_1", 0))
    value: dict[str, Any] = json.loads(record.value)
    return value


@pytest.mark.parametrize(
    ("attribute", "person_id"),
    [*((name, plain) for name in ("id", "subject", "source") for plain in (PLAIN, "77")), ("subject", "B 7")],
)
def test_identifier__in_any_attribute_is_refused(checker: Checker, event: Make, attribute: str, person_id: str) -> None:
    sent = _registration(event, person_id, **{attribute: f"https://registry.example/desk:{person_id}"})
    refusal = checker.check(sent, KEY)
    assert isinstance(refusal, Refusal)
    assert (refusal.code, refusal.pointer) == ("plain_identifier", f"/{attribute}")
    assert person_id not in refusal.detail
    assert _refusal_record(checker, sent)["id"] is None


def test_short_identifier__within_a_longer_word_is_chance(checker: Checker, event: Make) -> None:
    sent = _registration(event, "77", id="form-1773", subject="r77b", source="https://registry.example/v770")
    assert isinstance(checker.check(sent, KEY), Accepted)


@pytest.mark.parametrize("name", ["desk", "origin_area"])
def test_identifier__may_not_be_repeated_in_a_text(checker: Checker, event: Make, name: str) -> None:
    sent = _registration(event, PLAIN)
    sent["data"][name] = f"see card {PLAIN.lower()}"
    refusal = checker.check(sent, KEY)
    assert isinstance(refusal, Refusal)
    assert (refusal.code, refusal.pointer) == ("plain_identifier", f"/data/{name}")
    assert PLAIN not in refusal.say()


@pytest.mark.parametrize(
    ("changes", "hidden"),
    [
        ({"id": "amina@example.org"}, "id"),
        ({"id": "0911223344"}, "id"),
        ({"source": f"{KEY.source_prefix}+251911223344"}, "source"),
        ({"subject": "+251911223344", "id": "251911223344-1"}, "id"),
        ({"type": "amina.kebede.v1"}, "type"),
        ({"city": "AMINA-KEBEDE"}, "city"),
        ({"cf998877": 1, "id": "x-cf998877"}, "id"),
    ],
)
def test_refused_event__shows_no_attribute_that_nobody_looked_at(
    checker: Checker, event: Make, changes: dict[str, Any], hidden: str
) -> None:
    sent = {**_registration(event, city="ADAMA"), **changes}
    if "subject" not in changes:
        sent["data"]["sex"] = "F"  # refused for this, before anybody looks at the rest
    assert _refusal_record(checker, sent)[hidden] is None


@pytest.mark.parametrize("attribute", ["id", "source"])
@pytest.mark.parametrize(
    "changes",
    [
        {"type": "person.renamed.v1", "data": {"person_id": PLAIN}},
        {"type": "person.registered.v9", "data": {"nested": [{"who": PLAIN.lower()}]}},
        {"type": "arrival.counted.v1", "data": {"national_id": PLAIN}},
        {"data": [PLAIN]},
        {"data": json.dumps({"person_id": PLAIN})},
        {"national_id": PLAIN},
    ],
    ids=["unknown type", "unknown version", "extra field", "list", "JSON within JSON", "extra attribute"],
)
def test_refused_event__repeats_no_value_of_its_data(
    checker: Checker, event: Make, attribute: str, changes: dict[str, Any]
) -> None:
    sent = {**_registration(event), attribute: f"https://registry.example/{PLAIN}", **changes}
    record = _refusal_record(checker, sent)
    assert PLAIN not in json.dumps(record)
    assert record[attribute] is None


@pytest.mark.parametrize("number", [998877, 998877.0, 77])
def test_refused_event__repeats_no_number(checker: Checker, event: Make, number: float) -> None:
    sent = _registration(event, number, id=f"form-{int(number)}", source=f"https://registry.example/{int(number)}")
    record = _refusal_record(checker, sent)
    assert (record["id"], record["source"]) == (None, None)


def test_refused_event__keeps_city_and_type_only_where_they_are_known(checker: Checker, event: Make) -> None:
    sent = {**_registration(event, city=PLAIN), "type": "cf998877.renamed.v1"}
    sent["data"]["other"] = "cf998877"
    record = _refusal_record(checker, sent)
    assert (record["city"], record["type"]) == (None, None)


def test_refused_event__keeps_what_gives_nothing_away(checker: Checker, event: Make) -> None:
    sent = _registration(event)
    sent["data"]["sex"] = "F"
    record = _refusal_record(checker, sent)
    assert {name: record[name] for name in ("id", "source", "type", "city")} == {
        name: sent[name] for name in ("id", "source", "type", "city")
    }
