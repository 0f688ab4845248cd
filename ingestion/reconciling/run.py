"""One reconciliation: offsets against rows, then partners; what does not add up is kept until it is mended."""

from __future__ import annotations

import logging
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import psycopg
from confluent_kafka import KafkaException
from kafka.errors import KafkaError

from infra.settings import Settings
from ingestion.gateway.spool_look import spool_path
from ingestion.loading.plan import SOURCES
from ingestion.loading.problems import LoadError
from ingestion.reconciling import keeping
from ingestion.reconciling.arrivals import move_on
from ingestion.reconciling.difference import Difference
from ingestion.reconciling.holes import find_holes
from ingestion.reconciling.ledger import Checked, check_loads
from ingestion.reconciling.live import compare_live
from ingestion.reconciling.partners import Balance, balances, difference_of, read_acknowledged, read_spooled, settle
from ingestion.reconciling.waiting import cluster_id_of, held_in_spool, records_in_kafka, waiting_in_kafka

log = logging.getLogger(__name__)

#: Any number: one reconciliation at a time in a database.
_LOCK = 7_310_022
#: A gateway writes its totals every five seconds.
_HEARD_WITHIN = 12.0
#: A gateway that was silent for so long is not waited for.
_SILENT_AFTER = "1 hour"


@dataclass
class Result:
    """`open` are the sentences of all differences that are open now, by number; `balances` one for each partner."""

    reconciliation_id: int
    scope: str
    after_load_id: int = 0
    upto_load_id: int = 0
    offsets: int = 0
    rows: int = 0
    waiting: int | None = None
    spooled: int | None = None
    new: int = 0
    open: list[tuple[int, str]] = field(default_factory=list)
    balances: list[Balance] = field(default_factory=list)
    #: Why partners could not be judged this time, or empty.
    problem: str = ""


def reconcile(settings: Settings, *, everything: bool = False, sources: Mapping[str, str] = SOURCES) -> Result:
    """Check what the closed loads since the last time brought, or with `everything` all that is in the database.

    Loads may run meanwhile: only closed ones are judged, and what is behind them counts as waiting. Raises
    psycopg.OperationalError when Postgres does not answer.
    """
    try:
        cluster_id = cluster_id_of(settings)
    except KafkaException:
        cluster_id = None
    with psycopg.connect(settings.dsn("loader"), autocommit=True, application_name="corridor reconcile") as connection:
        connection.execute("select pg_advisory_lock(%s)", [_LOCK])
        # First of all: whatever was answered for by now must be found in what is looked at from here on.
        answered = _Answered(connection, settings, cluster_id)
        result = _open(connection, "all" if everything else "new")
        result.spooled = answered.spooled
        _check_offsets(connection, settings, result, [topic for topic, kind in sources.items() if kind == "rejected"])
        _check_partners(connection, settings, result, answered, sources)
        result.open = keeping.open_differences(connection)
        _close(connection, result)
    compare_live(settings)
    return result


_REACHED = "select topic, kafka_partition, next_offset from ops.reconciled_offsets"


class _Answered:
    """What gateways of this cluster answered for, and what is held in spools; `cluster_id` None: Kafka is away."""

    def __init__(self, connection: psycopg.Connection, settings: Settings, cluster_id: str | None) -> None:
        self.cluster_id = cluster_id
        with connection.transaction():
            connection.execute("set transaction isolation level repeatable read")
            self.acknowledged = read_acknowledged(connection, cluster_id or "")
            told = read_spooled(connection, cluster_id or "")
        self.spooled, self.in_spool = held_in_spool(spool_path(settings))
        #: In spools of gateways of other machines.
        self.elsewhere = max(0, told - self.spooled)


def _check_partners(
    connection: psycopg.Connection,
    settings: Settings,
    result: Result,
    answered: _Answered,
    sources: Mapping[str, str],
) -> None:
    if answered.cluster_id is None:
        result.problem = "Kafka does not answer, so partners were not judged."
        return
    try:
        loaded = {(topic, partition): n for topic, partition, n in connection.execute(_REACHED)}
        result.waiting, in_kafka = waiting_in_kafka(settings, sources, loaded)
    except (KafkaError, KafkaException, LoadError) as error:
        result.problem = f"Kafka does not answer, so partners were not judged ({type(error).__name__})."
        return
    if in_kafka is None or answered.in_spool is None:
        result.problem = "Too much waits to be counted by partner: it is judged once the loads have caught up."
        return
    result.balances = balances(connection, answered.acknowledged, in_kafka, answered.in_spool)
    found = [each for each in map(difference_of, result.balances) if each is not None]
    if found and answered.elsewhere:
        result.problem = (
            f"{answered.elsewhere} records wait in the spool of a gateway elsewhere: partners are judged once Kafka "
            "has them."
        )
    else:
        _keep(connection, result, ["partner"], found)
    _settle(connection, result.balances, answered.cluster_id)


def _open(connection: psycopg.Connection, scope: str) -> Result:
    row = connection.execute(
        "insert into ops.reconciliations (scope, after_load_id, upto_load_id) values (%s, 0, 0)"
        " returning reconciliation_id",
        [scope],
    ).fetchone()
    assert row is not None
    return Result(row[0], scope)


def _check_offsets(connection: psycopg.Connection, settings: Settings, result: Result, rejected: list[str]) -> None:
    """In one snapshot, together with the totals by partner, so that what is found is kept or looked for again."""
    records = partial(records_in_kafka, settings)
    with connection.transaction():
        connection.execute("set transaction isolation level repeatable read")
        row = connection.execute(
            "select coalesce(max(l.load_id), 0), (select load_id from ops.reconciled) from raw.loads as l"
            " where l.finished_at is not null"
        ).fetchone()
        assert row is not None
        result.upto_load_id, reconciled = row
        result.after_load_id = 0 if result.scope == "all" else reconciled
        again = keeping.loads_to_look_at_again(connection)
        checked: Checked = check_loads(connection, result.after_load_id, result.upto_load_id, again, records)
        gaps = find_holes(connection, result.after_load_id, result.upto_load_id)
        result.offsets, result.rows = checked.offsets, checked.rows
        _keep(connection, result, ["missing_rows", "unexpected_rows", "stored_offset"], [*checked.differences, *gaps])
        keeping.resolve_filled_holes(connection)
        move_on(connection, result.upto_load_id, rejected)


def _keep(connection: psycopg.Connection, result: Result, kinds: list[str], found: list[Difference]) -> None:
    """`kinds` were looked for everywhere they could be open: what was not found again is mended."""
    result.new += keeping.keep(connection, result.reconciliation_id, found)
    keeping.resolve(connection, kinds, found)


def _settle(connection: psycopg.Connection, looked_at: list[Balance], cluster_id: str) -> None:
    """Note what arrived and was never answered for, once every gateway has said what it answered for by then."""
    if not any(each.arrived > each.acknowledged + each.unanswered for each in looked_at):
        return
    row = connection.execute("select clock_timestamp() + interval '1.5 seconds'").fetchone()
    assert row is not None
    until = time.monotonic() + _HEARD_WITHIN
    while _any_silent(connection, row[0]):
        if time.monotonic() > until:
            log.warning("a gateway has not told its totals: what was stored without an answer is settled next time")
            return
        time.sleep(0.5)
    now = read_acknowledged(connection, cluster_id)
    settle(
        connection,
        {
            (each.partner, each.way): more
            for each in looked_at
            if (more := each.arrived - now.get(each.partner, 0) - each.unanswered) > 0
        },
    )


def _any_silent(connection: psycopg.Connection, since: Any) -> bool:
    row = connection.execute(
        "select exists (select from ops.gateways where stopped_at is null and heard_at < %s"
        " and heard_at > clock_timestamp() - %s::interval)",
        [since, _SILENT_AFTER],
    ).fetchone()
    return bool(row and row[0])


def _close(connection: psycopg.Connection, result: Result) -> None:
    connection.execute(
        "update ops.reconciliations set finished_at = clock_timestamp(), after_load_id = %s, upto_load_id = %s,"
        " offsets_checked = %s, rows_checked = %s, waiting = %s, spooled = %s, new_differences = %s,"
        " open_differences = %s, problem = %s where reconciliation_id = %s",
        [
            result.after_load_id, result.upto_load_id, result.offsets, result.rows, result.waiting, result.spooled,
            result.new, len(result.open), result.problem or None, result.reconciliation_id,
        ],
    )  # fmt: skip
