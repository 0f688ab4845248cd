"""Who may write: the epoch of a topic partition, and a load that is still open.

A process that was paused and wakes up after another has taken over finds its epoch outdated or its load closed,
and its transaction is rolled back. Kafka's own committed offsets play no part.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import psycopg

from ingestion.loading.problems import Fenced
from ingestion.loading.ranges import Range


@dataclass
class Claim:
    """The right to move one topic partition on from `next_offset`."""

    epoch: int
    next_offset: int


def claim(connection: psycopg.Connection, load_id: int, range_: Range) -> Claim:
    """Take a topic partition over from whoever had it. Raises Fenced if the load has been closed meanwhile."""
    with connection.transaction():
        require_open(connection, load_id)
        row = connection.execute(
            "update raw.load_offsets set epoch = epoch + 1, updated_at = clock_timestamp()"
            " where topic = %s and kafka_partition = %s returning epoch, next_offset",
            [range_.topic, range_.partition],
        ).fetchone()
    if row is None:
        raise Fenced(f"{range_.topic} [{range_.partition}] has no stored offset: it was not planned by load {load_id}.")
    return Claim(*row)


def forward_fence(load_id: int, range_: Range, mine: Claim, next_offset: int) -> Callable[[psycopg.Connection], None]:
    """Moves the stored offset to `next_offset`, if the claim still holds; the claim itself is moved by the caller."""

    def fence(connection: psycopg.Connection) -> None:
        require_open(connection, load_id)
        moved = connection.execute(
            "update raw.load_offsets set next_offset = %s, updated_at = clock_timestamp()"
            " where topic = %s and kafka_partition = %s and epoch = %s and next_offset = %s",
            [next_offset, range_.topic, range_.partition, mine.epoch, mine.next_offset],
        )
        if moved.rowcount != 1:
            raise Fenced(
                f"{range_.topic} [{range_.partition}] at offset {mine.next_offset} was taken over by another load: "
                "this batch was rolled back, the other load lands it."
            )

    return fence


def require_open(connection: psycopg.Connection, load_id: int) -> None:
    """Hold the load open until the transaction ends. Raises Fenced if it has been closed."""
    row = connection.execute(
        "select 1 from raw.loads where load_id = %s and finished_at is null for share", [load_id]
    ).fetchone()
    if row is None:
        raise Fenced(f"Load {load_id} has been closed: a later load goes on where it stopped.")
