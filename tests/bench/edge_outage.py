"""Kafka dead for a while under load: what the gateway answers, how soon all is drained, what is in raw.events."""

from __future__ import annotations

import threading
import time
from typing import Any

import httpx
import psutil
import psycopg

from ingestion.loading.finish import finish_load
from ingestion.loading.load import load_ranges
from ingestion.loading.plan import open_load
from tests.bench.edge_load import Orders, Running
from tests.bench.edge_stack import SOURCE, EdgeStack
from tests.gateways import RunningGateway
from tests.support import wait_for

MIB = 2**20


def rss_mb(gateway: RunningGateway) -> float:
    """Resident memory of the gateway in MB (2**20 bytes)."""
    return float(psutil.Process(gateway.pid).memory_info().rss) / MIB


def outage(stack: EdgeStack, gateway: RunningGateway, seconds: float) -> tuple[dict[str, float], dict[str, Any]]:
    """Single events over 64 connections all the time, and batches besides for a short time while Kafka is dead."""
    port = int(gateway.url.rsplit(":", 1)[1])
    singles = Running(Orders(port, stack.key, SOURCE, 64, 1, 24 * 3600, "outage"))
    wait_for(lambda: _state(gateway)["breaker"] == "closed", 30, "a healthy start")
    time.sleep(5)
    peak = _Peak(gateway)
    stack.broker.kill()
    time.sleep(seconds)
    spooled = _state(gateway)
    began = time.monotonic()
    stack.broker.start()
    answering = time.monotonic() - began
    wait_for(lambda: _state(gateway)["breaker"] == "closed", 10 * seconds + 60, "the spool to be drained", every=0.1)
    drained = time.monotonic() - began
    time.sleep(3)
    singles.stop()
    report = singles.report()
    taken = len(report.acknowledged)
    figures = {
        "Kafka dead: requests that got 2xx": 100 * report.statuses.get("202", 0) / sum(report.statuses.values()),
        "Kafka dead: memory of the gateway": peak.end(),
        "Kafka back: spool drained, as a share of the outage": drained / seconds,
    }
    missing, doubled = _in_raw_events(stack, "outage", set(report.acknowledged))
    figures["Kafka back: acknowledged events not exactly once in raw.events"] = float(missing + doubled)
    how = {
        "outage_seconds": seconds, "drained_seconds": drained, "broker_start_seconds": answering,
        "acknowledged": taken, "spool_at_the_end_of_the_outage": spooled, "statuses": report.statuses,
        "worst_ms": report.worst_ms, "p99_ms": report.p99_ms, "missing": missing, "doubled": doubled,
    }  # fmt: skip
    return figures, how


def memory_with_kafka_dead(stack: EdgeStack, gateway: RunningGateway, seconds: float) -> float:
    """The highest resident memory in MB while clients push batches and Kafka is dead; Kafka runs again afterwards."""
    port = int(gateway.url.rsplit(":", 1)[1])
    stack.broker.kill()
    try:
        peak = _Peak(gateway)
        loads = [
            Running(Orders(port, stack.key, SOURCE, 16, 100, seconds, "dead-batches")),
            Running(Orders(port, stack.key, SOURCE, 64, 1, seconds, "dead-singles")),
        ]
        for load in loads:
            load.report()
        return peak.end()
    finally:
        stack.broker.start()
        wait_for(lambda: _state(gateway)["breaker"] == "closed", 600, "the spool to be drained")


def _state(gateway: RunningGateway) -> dict[str, Any]:
    for _ in range(5):
        try:
            state: dict[str, Any] = httpx.get(f"{gateway.url}/v1/health/ready", timeout=10).json()["spool"]
        except httpx.TransportError:
            continue
        return state
    raise RuntimeError("the gateway does not answer")


def _in_raw_events(stack: EdgeStack, name: str, numbers: set[int]) -> tuple[int, int]:
    """Load everything; how many of the acknowledged single events are missing, and how many stand more than once."""
    for number in range(100):
        plan = open_load(stack.settings, f"bench-{number}")
        if plan is None:
            break
        load_ranges(stack.settings, plan.load_id, plan.ranges)
        finish_load(stack.settings, f"bench-{number}")
    with psycopg.connect(stack.settings.dsn("owner")) as connection:
        rows = connection.execute(
            "select id from raw.events where source = %s and id like %s", (f"{SOURCE}:desk", f"{name}-%")
        ).fetchall()
    found = [int(identity.split("-")[-2], 16) for (identity,) in rows]
    return len(numbers - set(found)), len(found) - len(set(found))


class _Peak:
    """Samples the memory until `end`."""

    def __init__(self, gateway: RunningGateway) -> None:
        self._gateway = gateway
        self._peak = 0.0
        self._done = threading.Event()
        self._thread = threading.Thread(target=self._sample, daemon=True)
        self._thread.start()

    def _sample(self) -> None:
        while not self._done.wait(0.2):
            self._peak = max(self._peak, rss_mb(self._gateway))

    def end(self) -> float:
        """The highest MB seen."""
        self._done.set()
        self._thread.join()
        return self._peak
