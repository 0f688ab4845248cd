"""Close a difference that cannot be mended: by whom and why is kept."""

from __future__ import annotations

import psycopg


class AcceptError(RuntimeError):
    """A difference cannot be closed; the message says why."""


def accept(dsn: str, difference_id: int, *, by: str, reason: str) -> str:
    """Close an open difference as it is, and return its sentence. Raises AcceptError.

    It does not come back with the same numbers. Of a partner's missing events no more is expected from then on.
    """
    if len(reason.strip()) < 5:
        raise AcceptError("Say in a few words why it is accepted: --reason 'retention, partner was told'.")
    with psycopg.connect(dsn, application_name="corridor reconcile") as connection:
        row = connection.execute(
            "update ops.reconciliation_differences set resolved_at = clock_timestamp(), accepted_by = %s,"
            " accepted_because = %s where difference_id = %s and resolved_at is null"
            " returning detail, kind, partner, expected - found",
            [by, reason.strip(), difference_id],
        ).fetchone()
        if row is None:
            raise AcceptError(f"No difference {difference_id} is open: `corridor reconcile` shows those that are.")
        detail, kind, partner, missing = row
        if kind == "partner":
            connection.execute(
                "update ops.arrivals set unanswered = unanswered - %s where partner = %s and way = 'gateway'",
                [missing, partner],
            )
    return str(detail)
