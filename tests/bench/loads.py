"""Loads: 600,000 accepted events by two workers, against a COPY of the same rows and against Debezium's JDBC sink.

All in turn in one run, with a broker and a Postgres of their own, twice; the better round of each counts. Rows are
real: simulated events as the gateway writes them, with everything on. Also what a worker holds in memory.
"""

from __future__ import annotations

import secrets
import tempfile
from contextlib import suppress
from pathlib import Path
from typing import Any

import psutil
import psycopg

from infra.settings import Settings
from ingestion import topics
from ingestion.loading.finish import finish_load
from ingestion.loading.plan import open_load
from ingestion.loading.ranges import share_out
from tests.bench import loads_peer, loads_work
from tests.bench.bars import Bar
from tests.bench.loads_events import Records, real_records, write
from tests.own_stack import OwnStack, own_stack

ROWS, ROUNDS, WORKERS = 600_000, 2, 2

BARS = {
    "load of 600,000 events, two workers": Bar("rows/s", at_least=75_000),
    "the same, share of a COPY of the rows with their keys": Bar("", at_least=0.45),
    "the same, times the Debezium JDBC sink": Bar("", at_least=1.2),
    # What 75,000 rows/s leave on two cores; it says on a busy machine, too, what a quiet one would do.
    "processor time of it a row: worker, Postgres and Kafka": Bar("µs", at_most=26.6),
    "speed with one event in a hundred sent twice, share of it": Bar("", at_least=0.5),
    "memory of a load worker, 1,200,000 events waiting": Bar("MB", at_most=200),
    "memory of a load task with Airflow's share, the same": Bar("MB", at_most=450),
}
_TABLES = "raw.events, raw.event_identities, raw.load_offsets, raw.load_ranges, raw.id_conflicts, raw.duplicate_events"


def measure(quick: bool = False) -> tuple[dict[str, float], dict[str, Any]]:
    """All figures by name, and every round. `quick` takes a tenth of the rows, while Debezium is still warming up."""
    rows = ROWS // 10 if quick else ROWS
    how: dict[str, Any] = {"rounds": []}
    with own_stack() as stack, tempfile.TemporaryDirectory(prefix="corridor-loads-") as folder:
        settings = stack.settings
        jars = loads_peer.class_path(settings)
        records = real_records()
        peers = topics.Topic(loads_peer.TOPIC, 4, topics.DAY_MS, "bench", "UNUSED")
        topics.apply(settings.kafka_bootstrap, (peers,))
        write(settings.kafka_bootstrap, records.flat().many(rows), loads_peer.TOPIC)
        write(settings.kafka_bootstrap, records.many(rows))
        for _ in range(ROUNDS):
            how["rounds"].append(
                {
                    "copy": _copy(settings, records, rows, with_ledger=True),
                    "copy without the ledger": _copy(settings, records, rows, with_ledger=False),
                    "peer": loads_peer.measure(settings, Path(folder), jars, rows),
                    "load": _load(stack, rows),
                }
            )
        # One in a hundred again, spread over all batches: every batch then holds some that are known.
        again = (pair for place, pair in enumerate(records.many(rows)) if place % 100 == 0)
        write(settings.kafka_bootstrap, _mixed(records.many(rows - rows // 100, first=rows), again))
        how["with duplicates"] = _load(stack, rows - rows // 100, go_on=True)
        how["all again"] = _load(stack)
        how["all again, as tasks"] = _load(stack, as_task=True)
    return _figures(how), how


def _figures(how: dict[str, Any]) -> dict[str, float]:
    def best(what: str) -> float:
        return max(float(each[what]["rows_per_second"]) for each in how["rounds"])

    found = best("load")
    # The plain table alone, which keeps no identity unique: shown, because "its keys" may be read either way.
    how["share of a COPY without the ledger"] = found / best("copy without the ledger")
    how["times the second half of Debezium"] = found / max(each["peer"]["second_half"] for each in how["rounds"])
    values = (
        found,
        found / best("copy"),
        found / best("peer"),
        min(each["load"]["microseconds_a_row"] for each in how["rounds"]),
        how["with duplicates"]["rows_per_second"] / found,
        how["all again"]["peak_mb"],
        how["all again, as tasks"]["peak_mb"],
    )
    return dict(zip(BARS, values, strict=True))


def _mixed(many: Any, few: Any) -> Any:
    for place, pair in enumerate(many):
        if place % 99 == 0:
            yield next(few)
        yield pair


def _load(stack: OwnStack, rows: int | None = None, *, as_task: bool = False, go_on: bool = False) -> dict[str, float]:
    """One load of everything (`go_on`: of what waits), that must land `rows` events if they are known."""
    settings = stack.settings
    if not go_on:
        _empty(settings)
    run_id = f"bench-{secrets.token_hex(4)}"
    plan = open_load(settings, run_id)
    assert plan is not None
    shares = share_out(plan.ranges, WORKERS)
    used = _servers_cpu(stack)
    done = loads_work.together(loads_work.load, [(settings, plan.load_id, share, as_task) for share in shares])
    used = _servers_cpu(stack) - used
    finish_load(settings, run_id)
    landed = sum(each.rows for each in done)
    assert rows is None or landed == rows, done
    found = _summed(done)
    found["microseconds_a_row"] = found["client_microseconds_a_row"] + used / landed * 1e6
    return found


def _servers_cpu(stack: OwnStack) -> float:
    """Seconds of processor that Postgres, with the backends that have ended, and Kafka have used so far."""
    assert stack.postgres.process is not None
    assert stack.broker.process is not None
    postgres, kafka = psutil.Process(stack.postgres.process.pid), psutil.Process(stack.broker.process.pid)
    found = sum(postgres.cpu_times()[:4]) + sum(kafka.cpu_times()[:2])
    for backend in postgres.children():
        with suppress(psutil.NoSuchProcess):
            found += sum(backend.cpu_times()[:2])
    return found


def _copy(settings: Settings, records: Records, rows: int, *, with_ledger: bool) -> dict[str, float]:
    _empty(settings)
    part = rows // WORKERS
    values = [[value for _, value in records.many(part, first=part * worker)] for worker in range(WORKERS)]
    dsn = settings.dsn("owner")
    return _summed(
        loads_work.together(loads_work.copy, [(dsn, values[n], n, with_ledger) for n in range(WORKERS)]),
    )


def _summed(done: list[loads_work.Done]) -> dict[str, float]:
    rows = sum(each.rows for each in done)
    return {
        "rows_per_second": rows / max(each.seconds for each in done),
        "client_microseconds_a_row": sum(each.cpu_seconds for each in done) / rows * 1e6,
        "peak_mb": max(each.peak_mb for each in done),
    }


def _empty(settings: Settings) -> None:
    with psycopg.connect(settings.dsn("owner"), autocommit=True) as owner:
        owner.execute(f"truncate {_TABLES}".encode())
    with psycopg.connect(settings.admin_dsn(), autocommit=True) as admin:
        admin.execute("checkpoint")
