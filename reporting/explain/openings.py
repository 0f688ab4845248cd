"""The log of who opened the events behind a cell."""

from __future__ import annotations

from typing import Any

import psycopg

from reporting.publications.model import PublicationError


def log_opening(conn: psycopg.Connection, cell: dict[str, Any], publication_id: int, by: str, reason: str) -> None:
    """Write it before anything is shown; raises PublicationError without a reason."""
    if not reason.strip():
        raise PublicationError("Say why you open the events behind a cell: `--engineer` needs a reason, for the log.")
    with conn.transaction():
        conn.execute(
            "insert into ops.cell_openings (cell_id, publication_id, by_whom, reason) values (%s, %s, %s, %s)",
            [cell["cell_id"], publication_id, by, reason.strip()],
        )
