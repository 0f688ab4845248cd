"""What does not add up is found, named, kept until it is mended, and never seen where nothing is wrong."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from confluent_kafka import Producer

from infra.settings import Settings
from ingestion.loading.load import load_ranges
from ingestion.loading.plan import open_load
from ingestion.loading.reread import open_reread
from ingestion.reconciling.run import Result, reconcile
from tests.integration.load_rig import Rig, accepted_event, rig


@pytest.fixture
def lane(stack: Settings, tmp_path: Path) -> Iterator[Rig]:
    with rig(stack, partitions=1) as made:
        home = {"CORRIDOR_GATEWAY_FOLDER": str(tmp_path / "gateway")}
        yield replace(made, settings=replace(made.settings, env={**made.settings.env, **home}))


def _event(number: int, **changes: Any) -> dict[str, Any]:
    return accepted_event(f"e{number}", receipt="rcp_1", receiptindex=number, **changes)


def _acknowledge(lane: Rig, accepted: int, rejected: int = 0) -> None:
    """As a gateway that has stopped tells its totals."""
    lane.owner.execute(
        "insert into ops.gateways (gateway, since, stopped_at) values ('g', now(), now()) on conflict do nothing"
    )
    lane.owner.execute(
        "insert into ops.acknowledged values ('g', 'test', %s, %s, 7) on conflict (gateway, partner)"
        " do update set accepted = excluded.accepted, rejected = excluded.rejected",
        [accepted, rejected],
    )


def _reconcile(lane: Rig, everything: bool = False) -> Result:
    return reconcile(lane.settings, everything=everything, sources=lane.sources)


def _delete(lane: Rig, *offsets: int) -> None:
    deleted = lane.owner.execute("delete from raw.events where kafka_offset = any(%s)", [list(offsets)])
    assert deleted.rowcount == len(offsets)


def test_everything_loaded__adds_up(lane: Rig) -> None:
    lane.send(*[_event(n) for n in range(20)], _event(3), _event(4, content="other"), b"no event")
    lane.load()
    _acknowledge(lane, accepted=21)  # one was written twice, and one is nobody's
    result = _reconcile(lane)
    assert result.open == []
    assert (result.offsets, result.rows) == (23, 23)
    (balance,) = [each for each in result.balances if each.partner == "test"]
    assert (balance.acknowledged, balance.arrived) == (21, 21)


def test_deleted_rows__are_named_by_their_offsets(lane: Rig) -> None:
    lane.send(*[_event(n) for n in range(30)])
    lane.load()
    assert _reconcile(lane).open == []
    _delete(lane, 7, 8, 21)
    assert _reconcile(lane).open == []  # only what is new is looked at, hour by hour
    result = _reconcile(lane, everything=True)
    ((_, sentence),) = result.open
    assert "7-8, 21" in sentence
    assert lane.rows("select offsets, expected, found from ops.v_reconciliation_differences") == [([7, 8, 21], 30, 27)]


def test_deleted_rows__of_a_new_load_are_found_by_the_hourly_check_and_stay_until_mended(lane: Rig) -> None:
    lane.send(*[_event(n) for n in range(10)])
    lane.load()
    _delete(lane, 4)
    first = _reconcile(lane)
    assert first.new == 1
    again = _reconcile(lane)
    assert (again.new, len(again.open)) == (0, 1)
    # As docs/data-engineer/reconciliation.md says.
    lane.owner.execute("delete from raw.event_identities where id = 'e4'")
    plan = open_reread(lane.settings, "mend", offsets={f"{lane.accepted}/0": 4}, sources=lane.sources)
    load_ranges(lane.settings, plan.load_id, plan.ranges)
    assert lane.number("select count(*)::int from raw.events") == 10
    assert _reconcile(lane).open == []
    assert lane.number("select count(*)::int from ops.v_reconciliation_differences where resolved_at is not null") == 1


def test_transactions__are_told_from_lost_rows(lane: Rig, stack: Settings) -> None:
    producer = Producer({"bootstrap.servers": stack.kafka_bootstrap, "transactional.id": lane.accepted})
    producer.init_transactions()
    import orjson

    for first in (0, 3):
        producer.begin_transaction()
        for n in range(first, first + 3):
            producer.produce(lane.accepted, orjson.dumps(_event(n)), key="x", partition=0)
        producer.commit_transaction()
    lane.load()
    assert lane.totals()["gaps"] >= 1
    assert _reconcile(lane, everything=True).open == []
    _delete(lane, 1, 5)
    ((_, sentence),) = _reconcile(lane, everything=True).open
    assert ": 1, 5." in sentence  # 3 holds a marker, and is not among them


def test_hole__between_ranges_is_found_and_closed_by_reading_again(lane: Rig) -> None:
    lane.send(*[_event(n) for n in range(5)])
    lane.load()
    assert _reconcile(lane).open == []
    lane.owner.execute("update raw.load_offsets set next_offset = 7 where topic = %s", [lane.accepted])
    lane.send(*[_event(n) for n in range(5, 9)])
    lane.load()
    ((_, sentence),) = _reconcile(lane).open
    assert "offsets 5 to 6" in sentence
    assert len(_reconcile(lane).open) == 1
    plan = open_reread(lane.settings, "mend", offsets={f"{lane.accepted}/0": 5}, sources=lane.sources)
    load_ranges(lane.settings, plan.load_id, plan.ranges)
    assert _reconcile(lane).open == []
    assert lane.number("select count(*)::int from raw.events") == 9


def test_acknowledged_and_nowhere__names_the_partner(lane: Rig) -> None:
    lane.send(*[_event(n) for n in range(10)])
    lane.load()
    _acknowledge(lane, accepted=10)
    assert _reconcile(lane).open == []
    _acknowledge(lane, accepted=12)
    ((_, sentence),) = _reconcile(lane).open
    assert "2 events of test were acknowledged and are nowhere" in sentence
    lane.send(*[_event(n) for n in range(10, 12)])
    assert _reconcile(lane).open == []  # they wait in Kafka


def test_load_under_way__is_no_alarm(lane: Rig) -> None:
    lane.send(*[_event(n) for n in range(10)])
    _acknowledge(lane, accepted=10)
    assert _reconcile(lane).open == []
    plan = open_load(lane.settings, "half", lane.sources)
    assert plan is not None
    load_ranges(lane.settings, plan.load_id, plan.ranges)
    result = _reconcile(lane)
    assert (result.open, result.upto_load_id, result.waiting) == ([], 0, 10)


def test_stored_without_an_answer__cannot_hide_a_loss(lane: Rig) -> None:
    lane.send(*[_event(n) for n in range(10)])
    lane.load()
    _acknowledge(lane, accepted=4)
    assert _reconcile(lane).open == []
    assert lane.rows("select unanswered from ops.v_arrivals where partner = 'test'") == [(6,)]
    _acknowledge(lane, accepted=5)
    assert len(_reconcile(lane).open) == 1


def test_written_twice_by_the_gateway__is_no_second_arrival(lane: Rig) -> None:
    lane.send(*[_event(n) for n in range(5)], _event(2), _event(2) | {"receipt": "rcp_2"})
    lane.load()
    _acknowledge(lane, accepted=6)
    assert _reconcile(lane).open == []
    assert lane.rows("select duplicates, written_twice, unanswered from ops.v_arrivals") == [(2, 1, 0)]
    _acknowledge(lane, accepted=7)
    assert len(_reconcile(lane).open) == 1


def test_spool_of_another_machine__is_waited_for(lane: Rig) -> None:
    lane.send(*[_event(n) for n in range(10)])
    lane.load()
    _acknowledge(lane, accepted=14)
    lane.owner.execute("update ops.gateways set spooled = 4")
    result = _reconcile(lane)
    assert result.open == []
    assert "4 records wait in the spool of a gateway elsewhere" in result.problem
    lane.owner.execute("update ops.gateways set heard_at = now() - interval '2 hours'")
    assert len(_reconcile(lane).open) == 1


def test_gateway_of_another_cluster__is_not_looked_for_here(lane: Rig) -> None:
    lane.send(*[_event(n) for n in range(10)])
    lane.load()
    _acknowledge(lane, accepted=12)
    lane.owner.execute("update ops.gateways set cluster_id = 'another'")
    assert _reconcile(lane).open == []
    lane.owner.execute("update ops.gateways set cluster_id = null")
    _acknowledge(lane, accepted=13)
    assert len(_reconcile(lane).open) == 1
