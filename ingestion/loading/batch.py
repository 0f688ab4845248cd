"""One batch of one topic partition, landed in one transaction together with its offsets."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import astuple, dataclass
from typing import Any

import psycopg

from ingestion.loading import accepted, rejected
from ingestion.loading.bisection import land_or_bisect
from ingestion.loading.counts import Counts
from ingestion.loading.first_tokens import keep_first_tokens
from ingestion.loading.kind import Kind, Manner, Place
from ingestion.loading.problems import Refused
from ingestion.loading.refusals import Refusal, keep_refusals

KINDS: dict[str, Kind] = {"accepted": accepted.KIND, "rejected": rejected.KIND}

#: Postgres ends a transaction that its process abandoned for so long, and lets others go on.
ABANDONED_AFTER = "30s"

#: Called inside the transaction after all rows are written; raises Fenced if the batch may not land.
Fence = Callable[[psycopg.Connection], None]


@dataclass(frozen=True)
class Batch:
    """Consecutive offsets `first` to `next_offset` (exclusive) with the records that were found there."""

    kind: str
    topic: str
    partition: int
    first: int
    next_offset: int
    records: list[tuple[int, bytes]]
    is_reread: bool = False
    #: Identities that are known already are likely among the records.
    likely_known: bool = False


def prepare(connection: psycopg.Connection) -> None:
    """Make the stages of this connection (temporary tables), and settings that a load needs. Repeatable."""
    # Times without a zone do not exist in the contract; the session's zone must not matter all the same.
    connection.execute("set timezone = 'UTC'")
    connection.execute("set work_mem = '32MB'")
    connection.execute(f"set idle_in_transaction_session_timeout = '{ABANDONED_AFTER}'")
    for kind in KINDS.values():
        for statement in kind.create:
            connection.execute(statement.encode())


def land(
    connection: psycopg.Connection, batch: Batch, load_id: int, seal: Callable[[bytes], bytes], fence: Fence
) -> Counts:
    """Land one batch: rows, conflicts, refusals, its row of raw.load_ranges and the fence, all or nothing.

    `seal` seals the body of a record that cannot land. Raises Fenced, or psycopg.Error when Postgres fails.
    """
    kind = KINDS[batch.kind]
    place = Place(load_id, batch.topic, batch.partition)
    manner = Manner(look_first=batch.likely_known or batch.is_reread, is_reread=batch.is_reread)
    rows, refusals = _read(batch, kind, place)
    with connection.transaction():
        (landed, reused), culprits = land_or_bisect(
            connection, lambda some: kind.land(connection, some, place, manner), rows, kind.clear
        )
        refusals += culprits
        if kind is accepted.KIND:
            keep_first_tokens(connection, [row.first_tokens for row in rows if row.first_tokens], load_id)
        keep_refusals(connection, refusals, place, seal)
        counts = Counts(
            rows_landed=landed,
            duplicates=len(batch.records) - landed - reused - len(refusals),
            id_reused=reused,
            refused=len(refusals),
            gaps=batch.next_offset - batch.first - len(batch.records),
        )
        connection.execute(
            "insert into raw.load_ranges (load_id, topic, kafka_partition, first_offset, next_offset, is_reread,"
            " rows_landed, duplicates, id_reused, refused, gaps, expired)"
            " values (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, 0)",
            [
                load_id,
                batch.topic,
                batch.partition,
                batch.first,
                batch.next_offset,
                batch.is_reread,
                *astuple(counts),
            ],
        )
        fence(connection)
    return counts


def _read(batch: Batch, kind: Kind, place: Place) -> tuple[list[Any], list[Refusal]]:
    rows: list[Any] = []
    refusals: list[Refusal] = []
    make = kind.maker(place, batch.records)
    for offset, value in batch.records:
        try:
            rows.append(make(offset, value))
        except Refused as reason:
            refusals.append(Refusal(offset, value, reason.code, reason.detail))
    return rows, refusals
