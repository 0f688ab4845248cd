"""The canary on its real way, and what is said when it does not come by."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from confluent_kafka import KafkaError, KafkaException

from infra.settings import Settings
from ingestion.canary.canary import SOURCE, Canary
from ingestion.canary.health import look
from ingestion.canary.key import KEY_NAME, city, make_canary_key
from ingestion.canary.log_watch import LogWatch
from ingestion.canary.sending import send
from ingestion.canary.walk import Walk
from ingestion.canary.warehouse_watch import WarehouseWatch
from tests.gateways import run_gateway
from tests.integration.load_rig import Rig, accepted_event, rig
from tests.support import scratch_database, wait_for


def test_way__through_gateway_kafka_and_live_counters(stack: Settings, tmp_path: Path) -> None:
    make_canary_key(stack)
    key = stack.secret(KEY_NAME)
    kafka, warehouse = LogWatch(stack), WarehouseWatch(stack.dsn("loader"))
    with run_gateway(stack, tmp_path) as gateway:
        walk = Walk(city(), lambda canary: send(canary, gateway.url, key), kafka, warehouse)
        walk.turn()
        (canary,) = walk.under_way
        wait_for(lambda: walk.turn() and "live" in canary.seen, 30, "the canary at the live counters")
        gateway.kill()
        assert "does not answer" in send(Canary(city(), canary.sent_at), gateway.url, key)
    assert "answered 401" in send(Canary(city(), canary.sent_at), stack.gateway_url, "ck_00000000_" + "x" * 43)
    kafka.close()
    warehouse.close()
    assert list(canary.seen)[:3] == ["accepted", "kafka", "live"]
    assert canary.seen["kafka"] - canary.sent_at < 10


@pytest.fixture
def kept(stack: Settings) -> Iterator[psycopg.Connection]:
    with scratch_database(stack) as made, psycopg.connect(made.dsn("owner"), autocommit=True) as owner:
        owner.execute("insert into ops.publications (created_by, as_of, as_of_load_id, revision, dbt_invocation_id,"
                      " cells_total, cells_added, cells_changed, cells_removed) values ('t', now(), 1, 'r', 'i', 0, 0,"
                      " 0, 0)")  # fmt: skip
        owner.execute("update ops.current_publication set publication_id = 1, watermark_load_id = 1")
        yield owner


def _keep(owner: psycopg.Connection, ago: float, *seconds: float | None) -> None:
    owner.execute(
        "insert into ops.canary (canary_id, sent_at, accepted_at, kafka_at, live_at, raw_at, published_at)"
        " select %s::text, t, t + make_interval(secs => %s), t + make_interval(secs => %s), t + make_interval(secs =>"
        " %s), t + make_interval(secs => %s), t + make_interval(secs => %s) from (values (now() - make_interval(secs"
        " => %s))) as v (t)",
        [str(ago), *seconds, ago],
    )


def test_health__station_that_is_down_is_named(kept: psycopg.Connection) -> None:
    assert look(kept).late_at == "canary"
    _keep(kept, 130, 0.1, 0.2, 1.0, 3.0, 5.0)
    _keep(kept, 70, 0.1, 0.2, 1.0, None, None)
    health = look(kept)
    assert (health.late_at, health.passed[3].seconds) == ("raw", 3.0)
    _keep(kept, 10, 0.1, 0.2, 1.0, 4.0, None)
    assert look(kept).late_at == ""  # a later one came by


def test_health__watermark_that_is_held_is_not_late(kept: psycopg.Connection) -> None:
    _keep(kept, 400, 0.1, 0.2, 1.0, 3.0, None)
    _keep(kept, 20, 0.1, 0.2, 1.0, 3.0, None)
    assert look(kept).late_at == "published"
    kept.execute("update ops.current_publication set held = true")
    assert look(kept).late_at == ""


@pytest.fixture
def lane(stack: Settings) -> Iterator[Rig]:
    with rig(stack, partitions=1) as made:
        yield made


def _built(lane: Rig, state: str = "published") -> None:
    lane.owner.execute(
        "insert into ops.builds (run_id, state, upto_load_id, rules_hash, finished_at)"
        " select 'b', %s, watermark_load_id, 'h', now() from ops.current_publication",
        [state],
    )


def _watermark(lane: Rig) -> int:
    return lane.number("select watermark_load_id::int from ops.current_publication")


def test_load_of_canaries__moves_the_watermark_and_wakes_nobody(lane: Rig) -> None:
    lane.send(accepted_event("a"))
    first = lane.load()
    assert first is not None
    assert first.is_news
    assert _watermark(lane) == 0  # nothing was built
    lane.owner.execute("update ops.current_publication set watermark_load_id = 1")
    _built(lane)
    lane.send(accepted_event("c1", programme="OPS", source=SOURCE))
    outcome = lane.load()
    assert outcome is not None
    assert (outcome.landed, outcome.is_news) == (1, False)
    assert _watermark(lane) == outcome.load_id
    assert lane.number("select upto_load_id::int from ops.builds") == outcome.load_id


@pytest.mark.parametrize("why", ["news before it", "publications are held", "a build runs", "the last build failed"])
def test_watermark__stays_where_readers_do_not_see_all_that_came_before(lane: Rig, why: str) -> None:
    lane.send(accepted_event("a"))
    lane.load()
    lane.owner.execute("update ops.current_publication set watermark_load_id = 1")
    _built(lane)
    if why == "news before it":
        lane.send(accepted_event("b"))
        lane.load()
    elif why == "publications are held":
        lane.owner.execute("update ops.current_publication set held = true")
    elif why == "a build runs":
        lane.owner.execute("select pg_advisory_lock(7310002)")
    else:
        _built(lane, "failed")
    before = _watermark(lane)
    lane.send(accepted_event("c1", programme="OPS", source=SOURCE))
    outcome = lane.load()
    assert outcome is not None
    assert not outcome.is_news
    assert _watermark(lane) == before


def test_kafka_away_while_a_canary_is_sent__it_is_found_when_kafka_is_back(
    lane: Rig, monkeypatch: pytest.MonkeyPatch
) -> None:
    watch = LogWatch(lane.settings, lane.accepted)
    lane.send(accepted_event("before", source=SOURCE))
    watch.begin()
    watch.rest()
    with monkeypatch.context() as away:
        away.setattr(watch, "_connect", lambda: (_ for _ in ()).throw(KafkaException(KafkaError(-195))))
        watch.begin()
        assert watch.found(0.1) == []
        lane.send(accepted_event("meanwhile", source=SOURCE))
    watch.begin()
    found = wait_for(lambda: watch.found(0.5), 10, "the canary that was sent meanwhile")
    assert found == [("meanwhile", 0, 1)]
    watch.close()
