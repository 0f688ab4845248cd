"""Each record becomes one event that its contract accepts, with an id that follows from what it states."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from ingestion.contracts.registry import contracts
from ingestion.history.events import history_events, record_event
from ingestion.history.records import Record, load_history

HISTORY = load_history()
RECORDS = {record.id: record for record in HISTORY.records}


@pytest.mark.parametrize("record", HISTORY.records, ids=lambda record: record.id)
def test_the_contract_passes_all_but_the_garbled_sums(record: Record) -> None:
    event = record_event(record, HISTORY.documents[record.document])
    assert contracts()[event["type"]].validator.is_valid(event) == (record.expect_rejected is None)


def test_ids_differ_and_stay_the_same_from_run_to_run() -> None:
    ids = [event["id"] for event in history_events(HISTORY)]
    assert len(set(ids)) == len(ids)
    assert ids == [event["id"] for event in history_events(load_history())]


def test_a_changed_record_gets_another_id_and_becomes_a_correction() -> None:
    record = RECORDS["row-039"]
    document = HISTORY.documents[record.document]
    before = record_event(record, document)
    after = record_event(replace(record, value=Decimal(82), version=2), document)
    assert (before["operation"], before["recordversion"]) == ("create", 1)
    assert (after["operation"], after["recordversion"]) == ("correct", 2)
    assert after["id"] != before["id"]
    assert after["subject"] == before["subject"] == "row-039"


@pytest.mark.parametrize(
    ("record_id", "city"),
    [
        ("row-039", "KAIROUAN"),
        ("row-042", "JS-KAIROUAN-JENDOUBA"),
        ("row-058a", "KAKUMA-KALOBEYEI"),
        ("row-035", None),
        ("row-018", None),
        ("row-001", None),
    ],
)
def test_the_event_carries_its_city_or_joint_set(record_id: str, city: str | None) -> None:
    record = RECORDS[record_id]
    assert record_event(record, HISTORY.documents[record.document]).get("city") == city


def test_a_missing_number_stays_missing() -> None:
    data = record_event(RECORDS["row-006"], HISTORY.documents["004"])["data"]
    assert data["value_type"] == "missing"
    assert not {"value", "words", "value_low"} & set(data)


def test_numbers_are_exact_text() -> None:
    data = record_event(RECORDS["further-001-13"], HISTORY.documents["001"])["data"]
    assert (data["value"], data["currency"], data["qualifier"]) == ("6700000000000", "USD", "about")
