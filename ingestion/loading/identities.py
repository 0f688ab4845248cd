"""The ledger of identities: which of a batch's events are new.

The usual batch holds only new ones, and is entered by one COPY straight into the ledger; its key refuses the COPY as
a whole if one is known. Then, or when known ones are expected, a narrow stage and `on conflict` sort new from known.
"""

from __future__ import annotations

import psycopg
from psycopg.errors import UniqueViolation

from ingestion.loading.copy_text import copy_in
from ingestion.loading.kind import Row

STAGE = """
create temporary table if not exists stage_identities (
    source text not null, id text not null, content_hash bytea not null
) on commit delete rows"""

COPY_LEDGER = "copy raw.event_identities (source, id, content_hash, load_id) from stdin"

_ENTER = """
insert into raw.event_identities (source, id, content_hash, load_id)
select source, id, content_hash, %s from stage_identities
on conflict (source, id) do nothing
returning source, id"""


class Identified(Row, gc=False):
    """A row with its identity; `key` holds source, id and content hash as fields for COPY.

    `first_tokens`: what it tells of people's first tokens, which nearly no event does.
    """

    source: str
    id: str
    key: str
    first_tokens: dict[str, str] | None = None


def enter_all(connection: psycopg.Connection, rows: list[Identified], load_id: int) -> bool:
    """Enter every identity within the open transaction; False, and none entered, if one is known or comes twice.

    In the order of the keys: two loads that meet the same identities then wait for each other instead of
    deadlocking, and the index is filled page by page.
    """
    lines = [f"{row.key}\t{load_id}\n" for row in rows]
    lines.sort()
    try:
        with connection.transaction():
            copy_in(connection, COPY_LEDGER, "".join(lines).encode())
    except UniqueViolation:
        return False
    return True


def enter_new(
    connection: psycopg.Connection, rows: list[Identified], load_id: int
) -> tuple[list[Identified], list[Identified]]:
    """Enter the identities that are not known; returns the rows that brought them, and the other rows, in order."""
    firsts: dict[tuple[str, str], Identified] = {}
    for row in rows:
        firsts.setdefault((row.source, row.id), row)
    stage = sorted(f"{row.key}\n" for row in firsts.values())
    copy_in(connection, "copy stage_identities from stdin", "".join(stage).encode())
    new = {firsts[identity].offset for identity in connection.execute(_ENTER, [load_id])}
    return [row for row in rows if row.offset in new], [row for row in rows if row.offset not in new]
