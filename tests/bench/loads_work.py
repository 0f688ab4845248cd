"""The two workers of a measurement of loads: processes that begin together, and say how long they took."""

from __future__ import annotations

import multiprocessing
import runpy
import time
from collections.abc import Callable
from dataclasses import dataclass
from multiprocessing.synchronize import Barrier
from pathlib import Path
from typing import Any

import psycopg

from infra.settings import REPO, Settings
from ingestion.loading import accepted
from ingestion.loading.counts import Counts
from ingestion.loading.identities import COPY_LEDGER
from ingestion.loading.kind import Place
from ingestion.loading.load import load_ranges
from ingestion.loading.ranges import Range
from ingestion.topics import ACCEPTED

_SPAWN = multiprocessing.get_context("spawn")
#: Rows a COPY of the raw way, as many as a load lands at once.
_BATCH = 10_000


@dataclass
class Done:
    """What one worker did."""

    rows: int
    seconds: float
    cpu_seconds: float
    peak_mb: float


def together(work: Callable[..., Any], arguments: list[tuple[Any, ...]]) -> list[Done]:
    """Run `work(barrier, queue, *each)` in a process each, and wait for all."""
    barrier, queue = _SPAWN.Barrier(len(arguments)), _SPAWN.Queue()
    processes = [_SPAWN.Process(target=work, args=(barrier, queue, *each)) for each in arguments]
    for process in processes:
        process.start()
    try:
        return [queue.get(timeout=600) for _ in processes]
    finally:
        for process in processes:
            process.join(10)
            process.kill()


def load(barrier: Barrier, queue: Any, settings: Settings, load_id: int, ranges: list[Range], as_task: bool) -> None:
    """A share of a load, as a task does it; `as_task`: with all that a task of Airflow has imported by then."""
    if as_task:
        runpy.run_path(str(REPO / "dags" / "load_events.py"))
    barrier.wait()
    began, used = time.perf_counter(), time.process_time()
    counts = load_ranges(settings, load_id, ranges)
    queue.put(_done(counts, began, used))


def copy(barrier: Barrier, queue: Any, dsn: str, values: list[bytes], partition: int, with_ledger: bool) -> None:
    """COPY of ready lines into raw.events, and their identities into its key, the ledger, if `with_ledger`."""
    records = list(enumerate(values))
    make = accepted.maker(Place(1, ACCEPTED, partition), records[:_BATCH])
    rows = [make(offset, value) for offset, value in records]
    batches = []
    for first in range(0, len(rows), _BATCH):
        some = rows[first : first + _BATCH]
        ledger = "".join(sorted(f"{row.key}\t1\n" for row in some)).encode() if with_ledger else b""
        batches.append((ledger, b"".join(row.line for row in some)))
    count = len(rows)
    del rows, records
    with psycopg.connect(dsn, autocommit=True) as connection:
        connection.execute("set timezone = 'UTC'")
        barrier.wait()
        began, used = time.perf_counter(), time.process_time()
        for ledger, lines in batches:
            with connection.transaction():
                for statement, text in ((COPY_LEDGER, ledger), (accepted.COPY_EVENTS, lines)):
                    if text:
                        with connection.cursor().copy(statement.encode()) as stream:
                            stream.write(text)
        queue.put(_done(Counts(count), began, used))


def _done(counts: Counts, began: float, used: float) -> Done:
    seconds, cpu = time.perf_counter() - began, time.process_time() - used
    return Done(counts.rows_landed, seconds, cpu, _peak_mb())


def _peak_mb() -> float:
    """Highest resident memory of this program; getrusage would count what its parent held when it began."""
    status = Path("/proc/self/status").read_text(encoding="ascii")
    line = next(line for line in status.splitlines() if line.startswith("VmHWM:"))
    return int(line.split()[1]) / 1024
