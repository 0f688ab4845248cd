"""Every loaded record says which receipt it belongs to, and a duplicate leaves a trace."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest

from infra.settings import Settings
from ingestion.loading.load import load_ranges
from ingestion.loading.reread import open_reread
from tests.integration.load_rig import Rig, accepted_event, rig

OF_RECEIPT = (
    "select status, id, receipt_index from ops.v_receipt_events where receipt = %s order by receipt_index, rank"
)


@pytest.fixture
def loads(stack: Settings) -> Iterator[Rig]:
    with rig(stack) as made:
        yield made


def with_receipt(receipt: str, index: int, id_: str, **changes: Any) -> dict[str, Any]:
    """As the gateway writes it: the receipt stands beside the event and is no part of its content."""
    return {**accepted_event(id_, **changes), "receipt": receipt, "receiptindex": index}


def test_records__land_with_their_receipt(loads: Rig) -> None:
    rejection = {
        "receivedat": "2026-03-01T20:16:00.5Z", "partner": "test", "code": "unknown_type", "pointer": "/type",
        "detail": "No contract", "sealed": "AAEC", "receipt": "rcp_1", "receiptindex": 3, "city": None, "subject": "",
        "programme": "SIM",
    }  # fmt: skip
    loads.send(with_receipt("rcp_1", 0, "a"), with_receipt("rcp_1", 1, "b"), with_receipt("rcp_1", 2, "a"))
    loads.send(rejection, topic=loads.rejected)
    loads.send(with_receipt("rcp_1", 4, "a", content="other"), with_receipt("rcp_2", 0, "c"))
    loads.load()

    assert loads.rows(OF_RECEIPT, "rcp_1") == [
        ("landed", "a", 0), ("landed", "b", 1), ("duplicate", "a", 2), ("rejected", None, 3), ("id_reused", "a", 4)
    ]  # fmt: skip
    assert loads.rows(OF_RECEIPT, "rcp_2") == [("landed", "c", 0)]


def test_record_that_cannot_land__is_refused_with_its_receipt(loads: Rig) -> None:
    loads.send(with_receipt("rcp_1", 7, "a", time="2026-02-31T00:00:00Z"))
    loads.load()

    assert loads.rows(OF_RECEIPT, "rcp_1") == [("rejected", "a", 7)]


def test_duplicates__are_kept_one_by_one(loads: Rig) -> None:
    loads.send(accepted_event("old"), with_receipt("rcp_1", 0, "a"))
    loads.load()
    loads.send(with_receipt("rcp_2", 0, "a"), with_receipt("rcp_3", 0, "b"), accepted_event("old"))
    loads.send(with_receipt("rcp_4", 0, "b"), partition=1)
    loads.load()

    kept = loads.rows("select receipt, receipt_index, source, id, partner from raw.duplicate_events order by id")
    source = "urn:test:loads"
    assert len(kept) == 3
    assert kept[0] == ("rcp_2", 0, source, "a", "test")
    assert kept[1] in [("rcp_3", 0, source, "b", "test"), ("rcp_4", 0, source, "b", "test")]
    assert kept[2] == (None, None, source, "old", "test")
    assert loads.totals()["duplicates"] == 3


def test_reading_again__makes_no_duplicates(loads: Rig) -> None:
    loads.send(with_receipt("rcp_1", 0, "a"), with_receipt("rcp_1", 1, "a"))
    loads.load()
    plan = open_reread(loads.settings, "again", from_time=datetime(2026, 1, 1, tzinfo=UTC), sources=loads.sources)
    counts = load_ranges(loads.settings, plan.load_id, plan.ranges)

    assert counts.duplicates == 2
    assert loads.number("select count(*) from raw.duplicate_events") == 1


def test_look_up__reads_a_few_pages_of_many(loads: Rig) -> None:
    loads.send(*(with_receipt(f"rcp_{n:022x}", 0, f"e{n}") for n in range(10_000)))
    loads.load()
    loads.owner.execute("set enable_seqscan = off")
    plan = "\n".join(
        row[0] for row in loads.rows(f"explain (analyze, timing off) {OF_RECEIPT.split(' order')[0]}", f"rcp_{5:022x}")
    )
    assert "receipt_idx" in plan
    assert loads.number("select count(*) from raw.events") == 10_000
