"""What was stored lately is known; what is not stored is not."""

from __future__ import annotations

import asyncio
import copy
import json
from collections.abc import Callable, Collection, Sequence
from typing import Any

import pytest

from ingestion.gateway.check import Checker
from ingestion.gateway.durable import Unavailable
from ingestion.gateway.intake import Intake, Outcome
from ingestion.gateway.metrics import Metrics
from ingestion.gateway.receipt_ids import ReceiptIds
from ingestion.gateway.recent import RecentIdentities
from ingestion.gateway.records import Record
from ingestion.gateway.scope import Key
from ingestion.topics import ACCEPTED, REJECTED

KEY = Key("00000000", "CM", "registry", "https://registry.example/")
IDS = ReceiptIds("a secret of this test")
Make = Callable[..., dict[str, Any]]


class _Log:
    """A log in memory. `away`: it takes nothing; `refuses`: ids it never takes."""

    def __init__(self) -> None:
        self.records: list[Record] = []
        self.away = False
        self.refuses: set[str] = set()

    async def write(self, records: Sequence[Record]) -> Collection[int]:
        if self.away:
            raise Unavailable("away")
        values = [json.loads(record.value) for record in records]
        refused = {
            place
            for place, (record, value) in enumerate(zip(records, values, strict=True))
            if record.topic == ACCEPTED and value["id"] in self.refuses
        }
        self.records += [record for place, record in enumerate(records) if place not in refused]
        return refused

    def ids(self, topic: str) -> list[str]:
        return [json.loads(record.value)["id"] for record in self.records if record.topic == topic]


class _NoSealer:
    def seal(self, body: bytes) -> str:
        return "sealed"


@pytest.fixture
def log() -> _Log:
    return _Log()


@pytest.fixture
def metrics() -> Metrics:
    return Metrics()


@pytest.fixture
def intake(checker: Checker, log: _Log, metrics: Metrics) -> Intake:
    return Intake(checker, _NoSealer(), log, metrics, IDS)  # type: ignore[arg-type]


def _take(intake: Intake, *events: dict[str, Any]) -> Outcome:
    return asyncio.run(intake.take(copy.deepcopy(list(events)), KEY))


def _statuses(outcome: Outcome) -> list[str]:
    return [result.get("code") or result["status"] for result in outcome.results]


def test_same_event_again__is_a_duplicate_and_not_written(intake: Intake, log: _Log, event: Make) -> None:
    first, other = event(id="a"), event(id="b")
    assert _statuses(_take(intake, first)) == ["accepted"]
    again = _take(intake, first, other)
    assert _statuses(again) == ["duplicate", "accepted"]
    assert (again.accepted, again.duplicates, again.rejected) == (1, 1, 0)
    assert log.ids(ACCEPTED) == ["a", "b"]


def test_same_id_with_other_content__is_refused_and_kept(
    intake: Intake, log: _Log, metrics: Metrics, event: Make
) -> None:
    first = event(id="a")
    _take(intake, first)
    outcome = _take(intake, {**first, "subject": "another"})
    (result,) = outcome.results
    assert (result["status"], result["code"], result["pointer"]) == ("rejected", "id_reused", "/id")
    assert "operation correct" in result["detail"]
    assert log.ids(REJECTED) == ["a"]
    assert metrics.rejected == {"id_reused": 1}
    # The first content stays the known one.
    assert _statuses(_take(intake, first)) == ["duplicate"]


def test_within_one_batch__the_first_counts(intake: Intake, log: _Log, metrics: Metrics, event: Make) -> None:
    first = event(id="a")
    outcome = _take(intake, first, first, {**first, "subject": "another"}, first)
    assert _statuses(outcome) == ["accepted", "duplicate", "id_reused", "duplicate"]
    assert (outcome.accepted, outcome.duplicates, outcome.rejected) == (1, 2, 1)
    assert log.ids(ACCEPTED) == ["a"]
    assert metrics.duplicates == 2


def test_what_was_not_stored__is_no_duplicate(intake: Intake, log: _Log, event: Make) -> None:
    log.away = True
    with pytest.raises(Unavailable):
        _take(intake, event(id="a"))
    log.away = False
    assert _statuses(_take(intake, event(id="a"))) == ["accepted"]


def test_what_the_log_refuses__takes_its_duplicates_along(intake: Intake, log: _Log, event: Make) -> None:
    log.refuses = {"a"}
    outcome = _take(intake, event(id="a"), event(id="b"), event(id="a"), event(id="b"))
    assert _statuses(outcome) == ["log_refused", "accepted", "log_refused", "duplicate"]
    assert (outcome.accepted, outcome.duplicates, outcome.rejected) == (1, 1, 2)
    assert log.ids(ACCEPTED) == ["b"]
    assert log.ids(REJECTED) == ["a"], "what was refused is kept"
    log.refuses = set()
    assert _statuses(_take(intake, event(id="a"))) == ["accepted"]


def test_refused_event__is_not_remembered(intake: Intake, event: Make) -> None:
    assert _statuses(_take(intake, {**event(id="a"), "type": "no.such.v1"})) == ["unknown_type"]
    assert _statuses(_take(intake, event(id="a"))) == ["accepted"]


def test_records__carry_the_mark_and_the_place(intake: Intake, log: _Log, event: Make) -> None:
    _take(intake, event(id="a"))
    outcome = _take(intake, event(id="b"), event(id="a"), {**event(id="c"), "type": "no.such.v1"}, event(id="d"))
    assert outcome.receipt is not None
    receipt = IDS.read(outcome.receipt, "registry")
    assert receipt is not None
    assert (receipt.events, receipt.repeated, receipt.refused) == (4, 1, 1)
    values = [json.loads(record.value) for record in log.records[1:]]
    assert {value["receipt"] for value in values} == {receipt.mark}
    assert {value["id"]: value["receiptindex"] for value in values} == {"b": 0, "c": 2, "d": 3}


def test_several_calls__share_a_receipt(intake: Intake, log: _Log, event: Make) -> None:
    mark = IDS.mark()
    for first in (0, 2):
        events = [event(id=f"e{first + place}") for place in range(2)]
        outcome = asyncio.run(intake.take(events, KEY, receipt=mark, first_index=first))
        assert outcome.receipt == mark
    values = [json.loads(record.value) for record in log.records]
    assert [(value["receipt"], value["receiptindex"]) for value in values] == [(mark, place) for place in range(4)]


def test_memory__is_bounded_and_keeps_the_latest() -> None:
    recent = RecentIdentities(1_000)
    for number in range(0, 10_000, 10):
        recent.remember(dict.fromkeys(range(number, number + 10), b"x"))
        assert len(recent) <= 1_000
    assert all(recent.find(identity) for identity in range(9_500, 10_000))
    assert recent.find(8_000) is None
