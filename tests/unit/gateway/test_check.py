"""Envelope, content and tokens of one event: what is written, and what is refused with which code."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingestion.gateway.check import Checker
from ingestion.gateway.records import Accepted, now_text, utc_text
from ingestion.gateway.refusal import Refusal
from ingestion.gateway.scope import Key

KEY = Key("00000000", "CM", "registry", "https://registry.example/")
NOW = "2026-03-02T06:15:00.000000Z"
RECEIPT = "rcp_x"
Make = Callable[..., dict[str, Any]]
ANY_TEXT = st.text(max_size=20)
ANYTHING = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | ANY_TEXT | st.lists(ANY_TEXT)


def _accepted(answer: Accepted | Refusal) -> dict[str, Any]:
    assert isinstance(answer, Accepted), answer
    value: dict[str, Any] = json.loads(answer.record("registry", NOW, RECEIPT).value)
    return value


def _refused(answer: Accepted | Refusal) -> tuple[str, str]:
    assert isinstance(answer, Refusal), "must be refused"
    return answer.code, answer.pointer


def test_record__holds_every_attribute(checker: Checker, event: Make) -> None:
    sent = event(operation=None, recordversion=None, timeprecision=None)
    answer = checker.check(sent, KEY)
    record = _accepted(answer)
    assert isinstance(answer, Accepted)
    assert answer.record("registry", NOW, RECEIPT).key == f"{sent['city']}|{sent['subject']}".encode()
    assert record == {
        "specversion": "1.0",
        "id": sent["id"],
        "source": sent["source"],
        "type": sent["type"],
        "time": "2026-03-02T06:15:00Z",
        "subject": sent["subject"],
        "programme": "CM",
        "city": sent["city"],
        "operation": "create",
        "recordversion": 1,
        "timeprecision": "second",
        "partner": "registry",
        "receivedat": NOW,
        "receipt": RECEIPT,
        "receiptindex": 0,
        "contenthash": record["contenthash"],
        "data": sent["data"],
    }
    assert len(bytes.fromhex(record["contenthash"])) == 32


def test_content_hash__says_whether_two_events_say_the_same(checker: Checker, event: Make) -> None:
    def hashed(**changes: Any) -> str:
        other = Key("11111111", "CM", "another-name", KEY.source_prefix)
        sent = event(**changes)
        later = dict(reversed(sent.items()))
        first, second = checker.check(sent, KEY), checker.check(later, other)
        assert _accepted(first)["contenthash"] == _accepted(second)["contenthash"]
        return str(_accepted(first)["contenthash"])

    assert hashed() == hashed(time="2026-03-02T06:15:00Z") == hashed(operation=None, recordversion=None)
    different = [hashed(), hashed(data={"count": 38}), hashed(subject="x"), hashed(operation="correct")]
    assert len(set(different)) == 4


@given(st.sampled_from(["id", "source", "subject", "type", "time", "programme", "city", "operation"]), ANYTHING)
def test_any_attribute__is_stored_as_it_is_or_refused(
    checker: Checker, event: Make, attribute: str, value: Any
) -> None:
    answer = checker.check({**event(), attribute: value}, KEY, may_hold_nul=True)
    if isinstance(answer, Refusal):
        assert answer.code in {"invalid_envelope", "unknown_type", "out_of_scope"}
        assert answer.say().endswith(".")
    elif value is not None and attribute != "time":
        assert _accepted(answer)[attribute] == value


@given(st.recursive(ANYTHING, lambda x: st.lists(x) | st.dictionaries(ANY_TEXT, x), max_leaves=8))
def test_any_value_as_event_or_data__never_raises(checker: Checker, event: Make, value: Any) -> None:
    assert isinstance(checker.check(value, KEY, may_hold_nul=True), Refusal)
    assert isinstance(checker.check({**event(), "data": value}, KEY, may_hold_nul=True), Refusal)


@given(st.datetimes(min_value=datetime(1900, 1, 2), max_value=datetime(2199, 12, 30)), st.integers(-1439, 1439))
def test_time__becomes_the_same_instant_in_utc(local: datetime, minutes: int) -> None:
    sign = "-" if minutes < 0 else "+"
    text = f"{local.isoformat()}{sign}{abs(minutes) // 60:02}:{abs(minutes) % 60:02}"
    assert datetime.fromisoformat(utc_text(text)) == datetime.fromisoformat(text)
    assert utc_text(utc_text(text)) == utc_text(text)
    for other in (local.replace(minute=0, microsecond=0), local.replace(minute=59, second=59, microsecond=0)):
        same_hour = f"{other.isoformat()}{sign}{abs(minutes) // 60:02}:{abs(minutes) % 60:02}"
        assert datetime.fromisoformat(utc_text(same_hour)) == datetime.fromisoformat(same_hour)


@pytest.mark.parametrize(
    "time",
    [
        "2026-03-02",
        "2026-03-02T09:15:00",
        "2026-03-02 09:15:00Z",
        "2026-02-30T09:15:00Z",
        "2026-03-02T24:00:00Z",
        "2026-03-02T09:15:00+25:00",
        "1126-03-02T09:15:00Z",
        "02/03/2026",
        "",
    ],
)
def test_time__that_is_no_instant(checker: Checker, event: Make, time: str) -> None:
    assert _refused(checker.check(event(time=time), KEY)) == ("invalid_envelope", "/time")


@pytest.mark.parametrize(
    ("changes", "pointer"),
    [
        ({"id": None}, "/id"),
        ({"id": ""}, "/id"),
        ({"id": "x" * 129}, "/id"),
        ({"id": "a b"}, "/id"),
        ({"id": 7}, "/id"),
        ({"source": "https://registry.example/" + "x" * 300}, "/source"),
        ({"source": "https://registry.example/a b"}, "/source"),
        ({"subject": None}, "/subject"),
        ({"subject": " x"}, "/subject"),
        ({"subject": "a\nb"}, "/subject"),
        ({"subject": "a\u2028b"}, "/subject"),
        ({"subject": "x" * 257}, "/subject"),
        ({"specversion": "0.3"}, "/specversion"),
        ({"recordversion": 0}, "/recordversion"),
        ({"recordversion": 2**31}, "/recordversion"),
        ({"recordversion": True}, "/recordversion"),
        ({"timeprecision": "minute"}, "/timeprecision"),
        ({"operation": "delete"}, "/operation"),
        ({"datacontenttype": "text/csv"}, "/datacontenttype"),
        ({"city": "NOWHERE"}, "/city"),
        ({"nonsense": "1"}, "/nonsense"),
        ({"data_base64": "e30="}, "/data_base64"),
    ],
)
def test_envelope__refused_with_a_pointer(checker: Checker, event: Make, changes: dict[str, Any], pointer: str) -> None:
    assert _refused(checker.check(event(**changes), KEY)) == ("invalid_envelope", pointer)


def test_nul__is_refused_wherever_it_stands(checker: Checker, event: Make) -> None:
    sent = event("person.registered.v1", {"needs": ["a\0b"]})
    assert _refused(checker.check(sent, KEY, may_hold_nul=True)) == ("invalid_envelope", "")
    sent = event("result.reported.v1", {"note": "a\0b"})
    assert _refused(checker.check(sent, KEY, may_hold_nul=True)) == ("invalid_envelope", "")


def test_unknown_type(checker: Checker, event: Make) -> None:
    assert _refused(checker.check({**event(), "type": "person.registered.v9"}, KEY)) == ("unknown_type", "/type")


def test_integer_written_as_decimal__is_stored_as_integer(checker: Checker, event: Make) -> None:
    answer = checker.check(event(data={"count": 3.0}, recordversion=2.0), KEY)
    record = _accepted(answer)
    assert isinstance(answer, Accepted)
    assert '"count": 3}' in json.dumps(record) or '"count": 3,' in json.dumps(record)
    assert record["recordversion"] == 2
    assert b"2.0" not in answer.record("registry", NOW, RECEIPT).value


@pytest.mark.parametrize("kind", ["person.registered.v1", "household.enumerated.v1"])
def test_identifier__becomes_a_token(checker: Checker, event: Make, kind: str) -> None:
    name = "person" if kind.startswith("person") else "household"
    sent = event(kind, {f"{name}_token": None, f"{name}_id": "ID-4711-XYZ"})
    sent["data"] = {key: value for key, value in sent["data"].items() if value is not None}
    answer = checker.check(sent, KEY)
    record = _accepted(answer)
    assert isinstance(answer, Accepted)
    assert record["data"][f"{name}_token"].startswith("tok1_k1_")
    assert f"{name}_id" not in record["data"]
    assert "4711" not in json.dumps(_accepted(answer)) + answer.record("registry", NOW, RECEIPT).key.decode()
    assert sent["data"][f"{name}_id"] == "ID-4711-XYZ", "the sender's event is left as it was"


@pytest.mark.parametrize("attribute", ["id", "subject"])
def test_identifier__in_an_attribute_is_refused(checker: Checker, event: Make, attribute: str) -> None:
    sent = event("person.registered.v1", **{attribute: "visit-of-id-4711-xyz"})
    sent["data"] = {k: v for k, v in sent["data"].items() if k != "person_token"} | {"person_id": "ID-4711-XYZ"}
    assert _refused(checker.check(sent, KEY)) == ("plain_identifier", f"/{attribute}")


def test_void__stores_no_data(checker: Checker, event: Make) -> None:
    sent = event("person.registered.v1", operation="void")
    sent["data"] = {"person_id": "ID-4711-XYZ", "full_name": "(a name)"}
    answer = checker.check(sent, KEY)
    assert _accepted(answer)["data"] == {}
    assert isinstance(answer, Accepted)
    assert "4711" not in json.dumps(_accepted(answer))


def test_refusal__repeats_no_value(checker: Checker, event: Make) -> None:
    secret = "ID-4711-XYZ"
    for data in ({"sex": secret}, {"household_size": secret}, {"needs": [secret]}, {"disability": {secret: secret}}):
        answer = checker.check(event("person.registered.v1", data), KEY)
        assert isinstance(answer, Refusal)
        assert secret not in "".join(str(part) for part in answer)
    answer = checker.check(event("person.registered.v1", {secret: 1}), KEY)
    assert isinstance(answer, Refusal)
    assert answer.stored_pointer == "/data"
    assert secret not in str(answer.stored_detail)


def test_time_of_receipt__is_the_clock_in_utc_and_never_goes_back() -> None:
    before = datetime.now(UTC)
    texts = [now_text() for _ in range(2_000)]
    after = datetime.now(UTC)
    assert texts == sorted(texts)
    assert all(len(text) == 27 and text.endswith("Z") for text in texts)
    assert before <= datetime.fromisoformat(texts[0]) <= datetime.fromisoformat(texts[-1]) <= after


def test_time_of_receipt__of_another_second(monkeypatch: pytest.MonkeyPatch) -> None:
    for nanoseconds, text in [
        (1_772_432_100_000_000_999, "2026-03-02T06:15:00.000000Z"),
        (1_772_432_100_999_999_999, "2026-03-02T06:15:00.999999Z"),
        (1_772_432_101_000_001_000, "2026-03-02T06:15:01.000001Z"),
        (1_772_432_100_500_000_000, "2026-03-02T06:15:00.500000Z"),
    ]:
        monkeypatch.setattr("ingestion.gateway.records.time_ns", lambda at=nanoseconds: at)
        assert now_text() == text
