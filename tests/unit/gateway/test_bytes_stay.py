"""The bytes of a record never change for the same event: content hashes and tokens are compared with those stored."""

from __future__ import annotations

from collections.abc import Callable
from hashlib import sha256
from typing import Any

import pytest

from ingestion.contracts.registry import contracts
from ingestion.gateway.check import Checker
from ingestion.gateway.places import Places
from ingestion.gateway.records import Accepted
from ingestion.gateway.scope import Key
from ingestion.tokens import CityKey

KEY = Key("00000000", "CM", "registry", "https://registry.example/")
AT = "2026-03-02T06:15:00.000000Z"
FIRST = CityKey("k1", b"1" * 32)
Make = Callable[..., dict[str, Any]]

PERSON: dict[str, Any] = {"type": "person.registered.v1"}
WORDED = {**PERSON, "subject": 'Ñandú "7"/é\\', "id": 'a"b\\c', "source": "https://registry.example/a?b&c"}
CASES: dict[str, dict[str, Any]] = {
    "a count": {},
    "the least": {"operation": None, "recordversion": None, "timeprecision": None},
    "a person": {**PERSON, "data": {"needs": ["legal", "housing"], "desk": "Bole", "household_size": 4}},
    "all spellings": {**WORDED, "data": {"person_id": " ＡＤ-000 12é ", "origin_area": "Oromía “ኦሮሚያ”"}},
    "a number with a point": {**PERSON, "data": {"household_size": 4.0}},
    "a void": {**PERSON, "operation": "void", "data": {}},
    "a void with data": {**PERSON, "operation": "void"},
    "a correction": {"operation": "correct", "recordversion": 7, "timeprecision": "day"},
    "a part of a second": {"time": "2026-03-02t09:15:00.1234567+05:45"},
    "in UTC": {"time": "2026-12-31T23:59:59z"},
    "over midnight": {"time": "2026-01-01T01:30:00+03:00"},
}
#: The beginning of the SHA-256 of the key and the value of each record, as they are stored so far.
STORED = {
    "a count": "74fa5858af07f93e1c77c691",
    "the least": "74fa5858af07f93e1c77c691",
    "a person": "e0f73f29b790b7a2ab5726d6",
    "all spellings": "090537136712e1172e4dc5ff",
    "a number with a point": "6bd7a062e6a9b664137c2499",
    "a void": "5caca29197905016290271cb",
    "a void with data": "5caca29197905016290271cb",
    "a correction": "73035e838bd1762491e5e270",
    "a part of a second": "0a4976e7a80cdbdf796e1220",
    "in UTC": "e4baeaa93b2ed60f756bc395",
    "over midnight": "3d3b7f560a053169d57ddac7",
    "a count, rotated": "74fa5858af07f93e1c77c691",
    "the least, rotated": "74fa5858af07f93e1c77c691",
    "a person, rotated": "322e877c2e1e74c51d6054c9",
    "all spellings, rotated": "793f2af15245394c9202a7e9",
    "a number with a point, rotated": "349e15a84d368885f81b7c1a",
    "a void, rotated": "5caca29197905016290271cb",
    "a void with data, rotated": "5caca29197905016290271cb",
    "a correction, rotated": "73035e838bd1762491e5e270",
    "a part of a second, rotated": "0a4976e7a80cdbdf796e1220",
    "in UTC, rotated": "e4baeaa93b2ed60f756bc395",
    "over midnight, rotated": "3d3b7f560a053169d57ddac7",
}


def _checker(key: CityKey) -> Checker:
    return Checker(contracts(), Places(frozenset({"ADAMA"}), {}, {"ADAMA": "ET"}), {"ADAMA": key})


def _stored(checker: Checker, event: dict[str, Any]) -> str:
    answer = checker.check(event, KEY)
    assert isinstance(answer, Accepted), answer
    record = answer.record("registry", AT, "rcp_1", 3)
    return sha256(record.key + b"\n" + record.value).hexdigest()[:24]


@pytest.mark.parametrize("rotated", [False, True])
@pytest.mark.parametrize("case", CASES)
def test_record__has_the_bytes_that_were_always_written(event: Make, case: str, rotated: bool) -> None:
    checker = _checker(CityKey("k2", b"2" * 32, FIRST) if rotated else FIRST)
    sent = event(**CASES[case])
    stored = _stored(checker, sent)
    assert stored == STORED[f"{case}, rotated" if rotated else case]
    assert _stored(checker, dict(reversed(sent.items()))) == stored, "however the sender orders the members"
