"""What becomes of one record of an intake topic, without Kafka."""

from __future__ import annotations

import base64
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from nacl.public import PrivateKey

from ingestion.contracts.registry import contracts
from ingestion.gateway.check import Checker
from ingestion.gateway.places import read_places
from ingestion.gateway.records import Record
from ingestion.gateway.scope import Key
from ingestion.partner_client.corridor_client import seal
from ingestion.sealing import Sealer, open_sealed
from ingestion.streaming.intake.judge import Judge
from ingestion.streaming.intake.opening import Opener
from ingestion.streaming.intake.taken import Taken
from ingestion.tokens import CityKey, make_token
from ingestion.topics import ACCEPTED, REJECTED


def _pair() -> tuple[str, str]:
    key = PrivateKey.generate()
    return base64.b64encode(bytes(key)).decode(), base64.b64encode(bytes(key.public_key)).decode()


OPERATOR, INTAKE, EARLIER = _pair(), _pair(), _pair()
CITY = CityKey("k1", b"c" * 32)
KEY = Key("intake-desk", "SIM", "desk", "urn:desk:")
PLACE = ("corridor.intake.desk.v1", 2, 7)
JUDGE = Judge(Checker(contracts(), read_places(), {"ADAMA": CITY}), Sealer(OPERATOR[1]), Opener(INTAKE[0], EARLIER[0]))


def event(**data: Any) -> dict[str, Any]:
    return {
        "specversion": "1.0", "id": "e1", "source": "urn:desk:a", "type": "person.registered.v1",
        "subject": "record-1", "time": "2026-03-02T09:15:00+03:00", "city": "ADAMA",
        "data": {"sex": "female", "age_band": "25-34", "status": "idp", "registration_type": "new", **data},
    }  # fmt: skip


def judge(value: Any, headers: list[tuple[str, Any]] | None = None) -> tuple[str, dict[str, Any]]:
    """Topic and value of what stands for it."""
    value = json.dumps(value).encode() if isinstance(value, dict) else value
    record: Record = JUDGE.judge(KEY, value, headers, 1_772_432_100_123, PLACE)
    return record.topic, json.loads(record.value)


@pytest.mark.parametrize("public", [INTAKE[1], EARLIER[1]], ids=["present key", "earlier key"])
def test_sealed__becomes_the_token_that_the_gateway_makes(public: str) -> None:
    topic, found = judge(event(person_id=seal(" ad-0001 ", public)))

    assert topic == ACCEPTED
    assert found["data"]["person_token"] == make_token(CITY, "person", "AD-0001")
    assert "person_id" not in found["data"]
    assert (found["partner"], found["receipt"], found["receivedat"]) == ("desk", None, "2026-03-02T06:15:00.123000Z")


@pytest.mark.parametrize("plain", ["AD-0001", 17, True, ["AD-0001"], "", "sealed:2:AAAA", "SEALED:1:AAAA"])
def test_plain__is_refused_whatever_else_is_wrong(plain: Any) -> None:
    sent = {**event(person_id=plain, sex="X"), "source": "urn:other:a"}

    topic, found = judge(sent)

    assert (topic, found["code"], found["pointer"]) == (REJECTED, "plain_identifier", "/data/person_id")
    assert (found["partner"], found["programme"]) == ("desk", "SIM")
    assert found["intakeplace"] == "corridor.intake.desk.v1/2/7"
    assert json.loads(open_sealed(OPERATOR[0], found["sealed"])) == sent


def test_source_of_another__is_not_said_openly() -> None:
    plain = event(person_id="AD-0001")

    assert judge(plain)[1]["source"] == "urn:desk:a"
    assert judge({**plain, "source": "urn:abebech:x"})[1]["source"] is None


def test_plain_in_a_void__is_refused_too() -> None:
    assert judge({**event(person_id="AD-0001"), "operation": "void"})[1]["code"] == "plain_identifier"


@pytest.mark.parametrize("sealed", ["", "%%%", "AAAA", base64.b64encode(b"x" * 80).decode()])
def test_sealed_by_another_key__is_refused(sealed: str) -> None:
    assert judge(event(person_id=f"sealed:1:{sealed}"))[1]["code"] == "sealed_identifier"


def test_identifier_within_an_attribute__is_found_although_it_was_sealed() -> None:
    sent = {**event(person_id=seal("AD-000777", INTAKE[1])), "subject": "card AD-000777", "id": "AD-000777-1"}

    topic, found = judge(sent)

    assert (topic, found["code"], found["id"]) == (REJECTED, "plain_identifier", None)


def test_binary__is_the_same_event() -> None:
    sent = {**event(person_token="tok1_k1_" + "a" * 43), "recordversion": 3}
    headers: list[tuple[str, Any]] = [
        (f"ce_{name}", str(value).encode()) for name, value in sent.items() if name != "data"
    ]
    headers += [("content-type", b"application/json"), ("ce_partitionkey", b"x"), ("traceparent", None)]

    assert judge(json.dumps(sent["data"]).encode(), headers) == judge(sent)


def test_binary_refused__is_kept_as_an_event_that_can_be_sent_again() -> None:
    sent = event(person_id="AD-0001")
    headers = [(f"ce_{name}", value.encode()) for name, value in sent.items() if name != "data"]

    found = judge(json.dumps(sent["data"]).encode(), headers)[1]

    assert json.loads(open_sealed(OPERATOR[0], found["sealed"])) == sent


@pytest.mark.parametrize(
    ("value", "headers", "code"),
    [
        (None, None, "invalid_json"),
        (b"", [], "invalid_json"),
        (b"[" * 5_000, None, "invalid_json"),
        (b"{", None, "invalid_json"),
        (b"17", None, "invalid_envelope"),
        (b" " * 262_145, None, "event_too_large"),
        (b"{}", [("ce_specversion", b"1.0"), ("ce_id", b"\xff")], "invalid_envelope"),
        (b"{}", [("ce_specversion", b"1.0"), ("ce_id", b"a"), ("ce_id", b"b")], "invalid_envelope"),
        (b"{}", [("ce_specversion", b"1.0"), ("ce_id", b"a\x00")], "invalid_envelope"),
        (None, [("ce_specversion", b"1.0")], "invalid_envelope"),
    ],
)
def test_no_event__is_refused(value: bytes | None, headers: list[tuple[str, Any]] | None, code: str) -> None:
    topic, found = judge(value, headers)

    assert (topic, found["code"]) == (REJECTED, code)
    if not headers:
        assert open_sealed(OPERATOR[0], found["sealed"]) == (value or b"")[:262_144]


_json = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(), lambda inner: st.lists(inner, max_size=3)
)


@given(
    value=st.none()
    | st.binary()
    | st.dictionaries(st.sampled_from([*event(), "x"]), _json).map(json.dumps).map(str.encode),
    headers=st.none()
    | st.lists(st.tuples(st.sampled_from(["ce_specversion", "ce_id", "ce_", "h"]), st.none() | st.binary())),
)
def test_anything__becomes_one_record_and_no_fault(value: bytes | None, headers: list[tuple[str, Any]] | None) -> None:
    topic, found = judge(value, headers)

    assert topic in (ACCEPTED, REJECTED)
    assert found.get("code") != "not_judged"


def test_fault_of_ours__is_a_refusal_and_tells_no_value(caplog: pytest.LogCaptureFixture) -> None:
    class Broken(Checker):
        def check(self, *_: Any, **__: Any) -> Any:
            raise RuntimeError("AD-0001")

    broken = Judge(Broken(contracts(), read_places(), {}), Sealer(OPERATOR[1]), Opener())

    record = broken.judge(KEY, json.dumps(event()).encode(), None, 0, PLACE)

    assert json.loads(record.value)["code"] == "not_judged"
    assert "RuntimeError" in caplog.text
    assert "AD-0001" not in caplog.text


def test_own_records__are_known_by_their_secret_alone() -> None:
    taken = Taken("secret")
    mark = taken.mark("t", 1)

    assert taken.is_own("t", 1, mark)
    assert not taken.is_own("t", 2, mark)
    assert not Taken("another").is_own("t", 1, mark)
