"""Write down what is to be erased, before anything is: a process that dies is followed by one that ends it."""

from __future__ import annotations

from datetime import timedelta

import psycopg

from infra.settings import Settings
from ingestion.topics import ACCEPTED, REJECTED, configured
from reporting.erasure.digests import digest_of
from reporting.erasure.model import Request
from reporting.erasure.tokens import linked_tokens, new_surrogate


def is_busy(connection: psycopg.Connection, tokens: frozenset[str]) -> bool:
    """True if one of these is being erased for another request: that has to end first."""
    row = connection.execute(
        "select exists (select from ops.erasures_under_way where token = any(%s))", [sorted(tokens)]
    ).fetchone()
    return bool(row and row[0])


def begin(connection: psycopg.Connection, settings: Settings, request: Request, surrogate: str | None = None) -> int:
    """Open the erasure in one transaction of the owner; returns its number. No token of it may be under way."""
    tokens = linked_tokens(connection, request.tokens)
    types = None if request.types is None else list(request.types)
    surrogate = surrogate or new_surrogate()
    with connection.transaction():
        row = connection.execute(
            """
            insert into ops.erasures (origin, subject_kind, programme, city, areas, reason, asked_by, log_forgets_at)
            values (%s, %s, %s, %s, %s, %s, %s, now() + %s)
            returning erasure_id
            """,
            [
                request.origin, request.kind, request.programme, request.city,
                list(request.areas) if request.areas is not None else None,
                request.reason, request.asked_by, _longest_in_the_log(settings),
            ],
        ).fetchone()  # fmt: skip
        assert row is not None
        cursor = connection.cursor()
        cursor.executemany(
            """
            insert into ops.erasures_under_way
            (token, surrogate, erasure_id, programme, city, types, received_until, occurred_until)
            values (%s, %s, %s, %s, %s, %s, %s, %s)
            """,
            [
                (
                    token, surrogate, row[0], request.programme, request.city, types,
                    request.received_until, request.occurred_until,
                )
                for token in sorted(tokens)
            ],
        )  # fmt: skip
        if request.origin != "late":
            cursor.executemany(
                "insert into ops.erased_subjects (digest, programme, city, types, occurred_until)"
                " values (%s, %s, %s, %s, %s)",
                [
                    (digest_of(settings, token), request.programme, request.city, types, request.occurred_until)
                    for token in sorted(tokens)
                ],
            )
    return int(row[0])


def _longest_in_the_log(settings: Settings) -> timedelta:
    """Of the topics that hold events; intake is emptied sooner. Whole segments are deleted, and each day begins one."""
    longest = max(topic.retention_ms for topic in configured(settings.env) if topic.name in (ACCEPTED, REJECTED))
    return timedelta(milliseconds=longest) + timedelta(days=1)
