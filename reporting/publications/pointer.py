"""The pointer that decides what readers see: read it, hold it, move it back, let it go on."""

from __future__ import annotations

import psycopg
from psycopg import sql
from psycopg.rows import class_row

from reporting.publications.log import write_log
from reporting.publications.model import Pointer, PublicationError

#: One publication, restore, hold or resume at a time; transactions wait for each other here.
PUBLISH_LOCK = 7_310_001


def lock_publications(conn: psycopg.Connection) -> None:
    """Wait until no other transaction moves the pointer; released at the end of this one."""
    conn.execute("select pg_advisory_xact_lock(%s)", [PUBLISH_LOCK])


def read_pointer(conn: psycopg.Connection) -> Pointer:
    """What readers see now."""
    with conn.cursor(row_factory=class_row(Pointer)) as cursor:
        columns = sql.SQL(", ").join(map(sql.Identifier, Pointer.__dataclass_fields__))
        pointer = cursor.execute(sql.SQL("select {} from ops.current_publication").format(columns)).fetchone()
    if pointer is None:
        raise PublicationError("ops.current_publication has no row: run the migrations again (`make up`).")
    return pointer


def hold(conn: psycopg.Connection, *, by: str, reason: str) -> Pointer:
    """Stop new publications until `resume`; readers keep what they see. Raises PublicationError if already held."""
    with conn.transaction():
        lock_publications(conn)
        now = read_pointer(conn)
        if now.held:
            raise PublicationError(
                f"Publications are already held by {now.held_by}: {now.held_reason or 'no reason given'}."
            )
        _set_held(conn, by, reason)
        write_log(conn, "hold", now.publication_id, by, reason)
        return read_pointer(conn)


def resume(conn: psycopg.Connection, *, by: str, reason: str) -> Pointer:
    """Let the next build publish again. Raises PublicationError if nothing is held."""
    with conn.transaction():
        lock_publications(conn)
        now = read_pointer(conn)
        if not now.held:
            raise PublicationError("Publications are not held: there is nothing to resume.")
        conn.execute(
            "update ops.current_publication set held = false, held_reason = '', held_by = null, held_at = null"
        )
        write_log(conn, "resume", now.publication_id, by, reason)
        return read_pointer(conn)


def restore(conn: psycopg.Connection, publication_id: int, *, by: str, reason: str) -> Pointer:
    """Show an earlier publication again, and hold there until `resume`. Raises PublicationError if there is none."""
    with conn.transaction():
        lock_publications(conn)
        moved = conn.execute(
            """
            update ops.current_publication as c
            set publication_id = p.publication_id, watermark_load_id = p.as_of_load_id, watermark_at = p.as_of
            from ops.publications as p
            where p.publication_id = %s
            """,
            [publication_id],
        )
        if moved.rowcount == 0:
            raise PublicationError(
                f"There is no publication {publication_id}: `corridor publications list` shows those that exist."
            )
        _set_held(conn, by, f"restored to publication {publication_id}: {reason}")
        write_log(conn, "restore", publication_id, by, reason)
        return read_pointer(conn)


def _set_held(conn: psycopg.Connection, by: str, reason: str) -> None:
    conn.execute(
        "update ops.current_publication set held = true, held_reason = %s, held_by = %s, held_at = clock_timestamp()",
        [reason, by],
    )
