"""kill -9 of the gateway at random points under load, with and without Kafka: nothing acknowledged is lost."""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from pathlib import Path

import httpx
import pytest

from infra.settings import Settings
from ingestion.topics import ACCEPTED
from tests.faults import own_broker
from tests.gateways import free_port, start_gateway, stop_gateway
from tests.integration.pushing import Pusher, read_topic
from tests.integration.test_gateway import Partner
from tests.support import wait_for

KILLS = 20
SEED = 1_847


@pytest.mark.timeout(900)
def test_gateway_killed__nothing_acknowledged_is_lost(
    stack: Settings, make_key: Callable[..., str], tmp_path: Path
) -> None:
    chance, port, partner = random.Random(SEED), free_port(), Partner()
    key = make_key(**partner.scope(), requests_per_second=1e6, events_per_second=1e6)
    with own_broker(stack, tmp_path / "broker") as broker:
        env = {"CORRIDOR_KAFKA_BOOTSTRAP": broker.bootstrap, "CORRIDOR_KAFKA_PATIENCE_SECONDS": "0.5"}
        gateway = start_gateway(stack, tmp_path / "gateway", port=port, env=env)
        pusher = Pusher(gateway.url, key, partner, clients=8, size=20).start()
        spooled = 0
        try:
            for kill in range(KILLS):
                # An outage that lasts over one, two or three lives of the gateway, then one or two lives without.
                broker.proxy.set(("pass", "pass", "blackhole", "refuse", "slow")[chance.randrange(5)], 1.0)
                goal = pusher.answers() + chance.randrange(1, 150)
                wait_for(lambda goal=goal: pusher.answers() > goal, 90, f"answers before kill {kill}", every=0.005)  # type: ignore[misc]
                time.sleep(chance.random() * 0.2)
                gateway.kill()
                spooled += (tmp_path / "gateway" / "spool" / "spool.sqlite").exists()
                gateway = start_gateway(stack, tmp_path / "gateway", port=port, env=env)
            broker.proxy.set("pass")
            pusher.stop()
            wait_for(lambda: _breaker(gateway.url) == "closed", 120, "the spool to be drained")
        finally:
            broker.proxy.set("pass")
            stop_gateway(gateway)
        found = [record["id"] for record in read_topic(broker.bootstrap, ACCEPTED)]
    lost = pusher.acknowledged - set(found)
    assert not lost, f"{len(lost)} of {len(pusher.acknowledged)} acknowledged events are not in Kafka"
    assert spooled >= 5, f"only {spooled} kills found events in the spool: this proves little"
    assert len(pusher.acknowledged) > 5_000
    assert set(pusher.statuses) <= {0, 202}, pusher.statuses


def _breaker(url: str) -> str:
    return str(httpx.get(f"{url}/v1/health/ready", timeout=10).json()["spool"]["breaker"])
