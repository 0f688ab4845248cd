"""The warehouse with a long history: a full build, increments of 10,000 events, their memory, charts' queries.

A build runs as the DAG runs it: in a process of its own that imports, parses, audits and publishes. Increments are the
events that the simulated cities send next, with their late ones, corrections and voids.
"""

from __future__ import annotations

import json
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from statistics import median, quantiles
from typing import Any

import psycopg

from infra.settings import REPO
from tests.bench.bars import Bar
from tests.bench.warehouse_history import copy_history, simulated_events
from tests.bench.warehouse_queries import seconds_of_queries
from tests.landed import land
from tests.own_stack import OwnStack, own_stack
from tests.support import ScratchDatabase, scratch_database

EVENTS, COPIES, STEP, STEPS = 1_000_000, 9, 10_000, 3

BARS = {
    "full build of 1,000,000 events": Bar("s", at_most=360),
    "10,000 new events published, 1,000,000 before": Bar("s", at_most=45),
    "the same with 10,000,000 before": Bar("s", at_most=58.5),
    "the same, times that with 1,000,000": Bar("", at_most=1.3),
    "memory of dbt and audit in one process (RSS)": Bar("MB", at_most=1_000),
    "published cells with 10,000,000": Bar("", at_least=1_500_000),
    "chart query on those cells, p95": Bar("ms", at_most=300),
}


@dataclass
class Bench:
    """A database, and the events that are still to land."""

    stack: OwnStack
    database: ScratchDatabase
    owner: psycopg.Connection
    waiting: Iterator[bytes]
    landed: int = 0

    def land(self, events: int) -> int:
        """The next `events` land; the number of their load."""
        load = land(self.owner, islice(self.waiting, events), self.landed)
        self.landed += events
        return load

    def build(self) -> dict[str, Any]:
        """Build and publish in a process of its own: seconds in all, and of its stages."""
        started = time.monotonic()
        ran = subprocess.run(
            [sys.executable, "-m", "reporting.publications.build"],
            cwd=REPO,
            env={**self.stack.environment(), "CORRIDOR_DATABASE": self.database.name},
            capture_output=True,
            text=True,
            check=False,
        )
        assert ran.returncode == 0, ran.stderr[-2000:]
        told = json.loads(ran.stdout.splitlines()[-1])
        assert told["state"] == "published", told
        figures = {"seconds": round(time.monotonic() - started, 1), "stages": told["seconds"]}
        # The whole takes an hour: who waits, or ends it early, has what was measured.
        print(f"{self.landed:,} events landed, built: {figures}", file=sys.stderr, flush=True)
        return figures

    def increments(self) -> list[dict[str, Any]]:
        """Some increments in a row."""
        found = []
        for _ in range(STEPS):
            self.land(STEP)
            found.append(self.build())
        return found

    def cells(self) -> int:
        """Cells that readers see."""
        row = self.owner.execute("select count(*) from results.indicator_results").fetchone()
        assert row is not None
        return int(row[0])


def measure(quick: bool = False) -> tuple[dict[str, float], dict[str, Any]]:
    """All figures by name, and every build. `quick` takes a fiftieth of the history."""
    events = EVENTS // 50 if quick else EVENTS
    how: dict[str, Any] = {"events": events}
    with tempfile.TemporaryDirectory(prefix="corridor-history-") as folder:
        file = Path(folder) / "events"
        _write(file, simulated_events(events + 2 * STEP * STEPS))
        with (
            own_stack() as stack,
            scratch_database(stack.settings) as database,
            psycopg.connect(database.dsn("owner"), autocommit=True) as owner,
            file.open("rb") as lines,
        ):
            bench = Bench(stack, database, owner, iter(lines))
            first = bench.land(events)
            how["full build"] = bench.build()
            how["cells"] = bench.cells()
            how["increments"] = bench.increments()
            copy_history(owner, first, COPIES)
            how["ten times the history"] = bench.build()
            how["cells of ten times the history"] = bench.cells()
            how["increments on ten times the history"] = bench.increments()
            queries = seconds_of_queries(database.dsn("reader"))
    how["chart queries"] = {name: f"{1000 * median(took):.0f} ms" for name, took in queries.items()}
    small, large = (median(each["seconds"] for each in how[name]) for name in _INCREMENTS)
    figures = {
        "full build of 1,000,000 events": how["full build"]["seconds"],
        "10,000 new events published, 1,000,000 before": small,
        "the same with 10,000,000 before": large,
        "the same, times that with 1,000,000": large / small,
        # The largest of the processes that were waited for: Postgres is none of them.
        "memory of dbt and audit in one process (RSS)": resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024,
        "published cells with 10,000,000": how["cells of ten times the history"],
        "chart query on those cells, p95": 1000 * max(quantiles(took, n=20)[-1] for took in queries.values()),
    }
    return figures, how


_INCREMENTS = ("increments", "increments on ten times the history")


def _write(file: Path, events: Iterator[bytes]) -> None:
    with file.open("wb") as out:
        out.writelines(event + b"\n" for event in events)
