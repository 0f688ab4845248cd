"""Who did what to the publications, when and why."""

from __future__ import annotations

import psycopg


def write_log(conn: psycopg.Connection, action: str, publication_id: int | None, by: str, reason: str) -> None:
    """Add a row to ops.publication_log; `action` is publish, withhold, restore, hold or resume."""
    conn.execute(
        "insert into ops.publication_log (action, publication_id, by_whom, reason) values (%s, %s, %s, %s)",
        [action, publication_id, by, reason],
    )


def write_withheld_once(conn: psycopg.Connection, by: str, differing_cells: int) -> None:
    """Log that a differing candidate waits; once a hold, because builds go on every few seconds meanwhile."""
    last = conn.execute("select action from ops.publication_log order by happened_at desc limit 1").fetchone()
    if last is None or last[0] != "withhold":
        write_log(conn, "withhold", None, by, f"publications are held; {differing_cells} cells wait for resume")
