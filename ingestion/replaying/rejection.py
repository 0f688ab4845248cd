"""Refused events with all that sending them again needs, and which of them are meant."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import psycopg
from psycopg.rows import class_row


@dataclass(frozen=True)
class Rejection:
    """`sealed` is None where no body was kept; `replayed` tells of an earlier replay that reached the log."""

    rejection_id: int
    received_at: datetime | None
    partner: str | None
    programme: str | None
    key_id: str | None
    event_id: str | None
    type: str | None
    code: str
    pointer: str | None
    rejected_by: str
    receipt: str | None
    receipt_index: int | None
    sealed: bytes | None
    replayed: str | None


@dataclass(frozen=True)
class Which:
    """Numbers, or a choice by reason, partner, type and time of receipt; without any of them nothing is meant."""

    numbers: Sequence[int] = ()
    partner: str | None = None
    code: str | None = None
    type: str | None = None
    since: datetime | None = None
    until: datetime | None = None
    limit: int = 1000

    @property
    def is_empty(self) -> bool:
        """True if everything would be meant."""
        return not (self.numbers or self.partner or self.code or self.type or self.since or self.until)


_SELECT = """
select
    r.rejection_id, r.received_at, r.partner, r.programme, r.key_id, r.event_id, r.type, r.code, r.pointer,
    r.rejected_by, r.receipt, r.receipt_index, r.sealed,
    (
        select format('%%s/%%s/%%s', p.topic, p.kafka_partition, p.kafka_offset) from ops.reject_replays as p
        where p.rejection_id = r.rejection_id and p.outcome = 'sent' limit 1
    ) as replayed
from raw.rejected_events as r
where
    (%(numbers)s::bigint[] = '{}' or r.rejection_id = any(%(numbers)s))
    and (%(partner)s::text is null or r.partner = %(partner)s)
    and (%(code)s::text is null or r.code = %(code)s)
    and (%(type)s::text is null or r.type = %(type)s)
    and (%(since)s::timestamptz is null or coalesce(r.received_at, r.loaded_at) >= %(since)s)
    and (%(until)s::timestamptz is null or coalesce(r.received_at, r.loaded_at) < %(until)s)
    -- By choice only what still waits to be mended.
    and (%(numbers)s::bigint[] <> '{}' or not exists (
        select from ops.reject_replays as p
        where p.rejection_id = r.rejection_id and p.outcome in ('sent', 'known')
    ))
order by r.rejection_id
limit %(limit)s
"""


def find(connection: psycopg.Connection, which: Which) -> list[Rejection]:
    """The refused events that are meant, oldest first, at most `limit`."""
    with connection.cursor(row_factory=class_row(Rejection)) as cursor:
        return cursor.execute(_SELECT, {**vars(which), "numbers": list(which.numbers)}).fetchall()
