"""How fast the gateway takes events, and how that compares with a bare route, measured in turn."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from statistics import median
from typing import Any

import httpx

from infra.settings import REPO
from tests.bench.edge_load import Orders, Report, Running
from tests.bench.edge_stack import BARE_TOPIC, SOURCE, EdgeStack
from tests.gateways import RunningGateway, free_port
from tests.support import wait_for

#: Name -> connections, events a request.
SHAPES = {"single events, 64 connections": (64, 1), "batches of 100, 16 connections": (16, 100)}


def speed(
    stack: EdgeStack, gateway: RunningGateway, seconds: float, rounds: int
) -> tuple[dict[str, float], dict[str, Any]]:
    """Medians of rounds in which gateway and bare route take turns; and all that was seen."""
    figures: dict[str, float] = {}
    seen: dict[str, Any] = {}
    with _bare(stack) as bare_port:
        ports = {"gateway": int(gateway.url.rsplit(":", 1)[1]), "bare": bare_port}
        for shape, (connections, batch) in SHAPES.items():
            reports: dict[str, list[Report]] = {"gateway": [], "bare": []}
            for number in range(-1, rounds):  # the first round warms up
                for name, port in ports.items():
                    took = seconds if number >= 0 else min(3.0, seconds)
                    orders = Orders(port, stack.key, SOURCE, connections, batch, took, f"{name[0]}{batch}r{number}")
                    report = Running(orders).report()
                    assert set(report.statuses) == {"202"}, report.statuses
                    if number >= 0:
                        reports[name].append(report)
            ours, bare = (median(each.events_per_second for each in reports[name]) for name in ("gateway", "bare"))
            figures[f"{shape}: rate"] = ours
            figures[f"{shape}: p99"] = median(each.p99_ms for each in reports["gateway"])
            figures[f"{shape}: ratio to the bare route"] = ours / bare
            seen[shape] = {name: [_short(each) for each in each_reports] for name, each_reports in reports.items()}
    return figures, seen


def _short(report: Report) -> dict[str, Any]:
    return {name: value for name, value in asdict(report).items() if name != "acknowledged"}


@contextmanager
def _bare(stack: EdgeStack) -> Iterator[int]:
    port = free_port()
    command = [sys.executable, "-m", "tests.bench.edge_bare", str(port), stack.settings.kafka_bootstrap, BARE_TOPIC]
    process = subprocess.Popen(command, cwd=REPO)

    def answers() -> bool:
        assert process.poll() is None, "the bare route ended"
        try:
            return httpx.post(f"http://127.0.0.1:{port}/", content=b"[]", timeout=2).status_code == 202
        except httpx.TransportError:
            return False

    try:
        wait_for(answers, 60, "the bare route")
        yield port
    finally:
        process.kill()
        process.wait()
