"""The gateway: its speed, its memory, and two minutes without Kafka. Floors and ceilings are those of the issue."""

from __future__ import annotations

import time
from typing import Any

from tests.bench.bars import Bar
from tests.bench.edge_outage import memory_with_kafka_dead, outage, rss_mb
from tests.bench.edge_speed import speed
from tests.bench.edge_stack import edge_stack
from tests.gateways import run_gateway

BARS = {
    "single events, 64 connections: rate": Bar("events/s", at_least=6_000),
    "single events, 64 connections: p99": Bar("ms", at_most=30),
    "single events, 64 connections: ratio to the bare route": Bar("", at_least=0.6),
    "batches of 100, 16 connections: rate": Bar("events/s", at_least=60_000),
    "batches of 100, 16 connections: p99": Bar("ms", at_most=60),
    "batches of 100, 16 connections: ratio to the bare route": Bar("", at_least=0.6),
    "idle memory of the gateway (RSS)": Bar("MB", at_most=150),
    "Kafka dead: memory under batches and singles (RSS)": Bar("MB", at_most=300),
    "Kafka dead: requests that got 2xx": Bar("%", at_least=100),
    "Kafka dead: memory of the gateway": Bar("MB", at_most=300),
    "Kafka back: spool drained, as a share of the outage": Bar("", at_most=1.0),
    "Kafka back: acknowledged events not exactly once in raw.events": Bar("", at_most=0),
}


def measure(quick: bool = False) -> tuple[dict[str, float], dict[str, Any]]:
    """All figures by name, and how they were got. `quick` tries everything once, for a short time."""
    seconds, rounds, away = (3.0, 1, 15.0) if quick else (10.0, 3, 120.0)
    figures: dict[str, float] = {}
    how: dict[str, Any] = {}
    with edge_stack() as stack:
        with run_gateway(stack.settings, stack.folder / "one", env={}) as gateway:
            time.sleep(5)
            figures["idle memory of the gateway (RSS)"] = rss_mb(gateway)
            measured, how["speed"] = speed(stack, gateway, seconds, rounds)
            figures |= measured
        with run_gateway(stack.settings, stack.folder / "two", env={}) as gateway:
            measured, how["outage"] = outage(stack, gateway, away)
            figures |= measured
        mark = {"CORRIDOR_SPOOL_MAX_MB": "512"}
        with run_gateway(stack.settings, stack.folder / "three", env=mark) as gateway:
            name = "Kafka dead: memory under batches and singles (RSS)"
            figures[name] = memory_with_kafka_dead(stack, gateway, 2 * seconds)
    return figures, how
