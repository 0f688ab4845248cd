"""Look at refused events; open the sealed body of one, which leaves a trace."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import psycopg
from psycopg.rows import class_row

from ingestion.sealing import SealingError, open_sealed

_COLUMNS = """
    rejection_id, received_at, partner, programme, event_id, source, type, city, code, pointer, detail,
    (
        select string_agg(p.outcome, ', ' order by p.replay_id) from ops.reject_replays as p
        where p.rejection_id = r.rejection_id
    ) as replayed
"""


class RejectsError(RuntimeError):
    """A refused event cannot be found or opened; the message says what to do."""


@dataclass(frozen=True)
class RejectedEvent:
    """A refused event without its body: what may be said openly of it."""

    rejection_id: int
    received_at: datetime | None
    partner: str | None
    programme: str | None
    event_id: str | None
    source: str | None
    type: str | None
    city: str | None
    code: str
    pointer: str | None
    detail: str | None
    #: What became of it when it was sent again; None if it was not.
    replayed: str | None = None


def list_rejects(
    dsn: str, *, partner: str | None = None, code: str | None = None, since: datetime | None = None, limit: int = 50
) -> list[RejectedEvent]:
    """The newest refused events first, at most `limit`; of one partner, with one code, since a time, if given."""
    with psycopg.connect(dsn) as connection, connection.cursor(row_factory=class_row(RejectedEvent)) as cursor:
        return cursor.execute(
            f"""
            select {_COLUMNS} from raw.rejected_events as r
            where (%(partner)s::text is null or partner = %(partner)s)
                and (%(code)s::text is null or code = %(code)s)
                and (%(since)s::timestamptz is null or received_at >= %(since)s)
            order by rejection_id desc
            limit %(limit)s
            """,  # noqa: S608 -- a constant list of columns
            {"partner": partner, "code": code, "since": since, "limit": limit},
        ).fetchall()


def open_reject(dsn: str, rejection_id: int, *, private_key: str, by: str, reason: str) -> bytes:
    """The body of a refused event as it was sent. Who opened it and why is written before it is opened.

    Raises RejectsError if there is no such event, no body was kept, the reason is missing or the key is another.
    """
    if len(reason.strip()) < 5:
        raise RejectsError("Say in a few words why the body must be opened: --reason 'partner asks what was sent'.")
    with psycopg.connect(dsn) as connection:
        row = connection.execute(
            "select sealed from raw.rejected_events where rejection_id = %s", [rejection_id]
        ).fetchone()
        if row is None:
            raise RejectsError(f"There is no refused event {rejection_id}: `corridor rejects list` shows the numbers.")
        if row[0] is None:
            raise RejectsError(f"No body was kept of the refused event {rejection_id}.")
        connection.execute(
            "insert into ops.reject_openings (rejection_id, opened_by, reason) values (%s, %s, %s)",
            [rejection_id, by, reason.strip()],
        )
    try:
        return open_sealed(private_key, bytes(row[0]))
    except SealingError as error:
        raise RejectsError(f"The body of {rejection_id} stays closed: {error}") from error
