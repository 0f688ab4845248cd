"""Keeps every outcome in ops.audits and ops.audit_results."""

from __future__ import annotations

from collections.abc import Sequence

import psycopg
from psycopg.types.json import Jsonb

from expectations.outcome import Verdict


def store_audit(conn: psycopg.Connection, subject: str, verdicts: Sequence[Verdict], load_id: int | None) -> int:
    """Write one finished audit of `subject` (landing or candidate) up to `load_id`; returns its number.

    Part of the caller's transaction, so that a city gate and the audit that moved it are seen together.
    """
    passed = not any(verdict.stops for verdict in verdicts)
    row = conn.execute(
        """
        insert into ops.audits (subject, started_at, finished_at, passed, load_id)
        values (%s, now(), clock_timestamp(), %s, %s)
        returning audit_id
        """,
        [subject, passed, load_id],
    ).fetchone()
    assert row is not None
    with conn.cursor() as cursor:
        cursor.executemany(
            """
            insert into ops.audit_results
            (audit_id, suite, expectation, severity, success, sentence, programme, city, partner, event_type, observed)
            values (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)
            """,
            [
                (
                    row[0],
                    v.suite,
                    v.expectation,
                    v.severity,
                    v.success,
                    v.sentence,
                    v.programme,
                    v.city,
                    v.partner,
                    v.event_type,
                    Jsonb(v.observed),
                )
                for v in verdicts
            ],
        )
    return int(row[0])
