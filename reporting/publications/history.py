"""What was published: the list, one publication in detail, the log."""

from __future__ import annotations

from typing import Any

import psycopg
from psycopg import sql
from psycopg.rows import class_row, dict_row

from reporting.publications.model import COLUMNS, Publication, PublicationError


def list_publications(conn: psycopg.Connection, limit: int = 20) -> list[Publication]:
    """The newest publications first."""
    with conn.cursor(row_factory=class_row(Publication)) as cursor:
        query = sql.SQL("select {} from ops.publications order by publication_id desc limit %s").format(COLUMNS)
        return cursor.execute(query, [limit]).fetchall()


def get_publication(conn: psycopg.Connection, publication_id: int) -> Publication:
    """One publication; raises PublicationError if there is none of that number."""
    with conn.cursor(row_factory=class_row(Publication)) as cursor:
        found = cursor.execute(
            sql.SQL("select {} from ops.publications where publication_id = %s").format(COLUMNS), [publication_id]
        ).fetchone()
    if found is None:
        raise PublicationError(
            f"There is no publication {publication_id}: `corridor publications list` shows those that exist."
        )
    return found


def show_publication(conn: psycopg.Connection, publication_id: int) -> dict[str, Any]:
    """A publication with its cells by programme and protection, what the audit said, and its log."""
    publication = get_publication(conn, publication_id)
    with conn.cursor(row_factory=dict_row) as cursor:
        cells = cursor.execute(
            """
            select
                r.programme_code,
                count(*) as cells,
                count(*) filter (where r.suppression <> 'exempt') as hidden,
                count(distinct r.indicator_code) as indicators,
                count(distinct r.geography_code) as places
            from published.indicator_results as r
            where
                r.valid_from_publication <= %(id)s
                and (r.valid_to_publication is null or r.valid_to_publication > %(id)s)
            group by r.programme_code
            order by r.programme_code
            """,
            {"id": publication_id},
        ).fetchall()
        audit = cursor.execute(
            """
            select expectation, severity, success, sentence, programme, city, observed
            from ops.audit_results
            where audit_id = %s
            order by success, severity, expectation, programme, city
            """,
            [publication.audit_id],
        ).fetchall()
    return {"publication": publication.as_dict(), "cells": cells, "audit": audit, "log": read_log(conn, publication_id)}


def read_log(conn: psycopg.Connection, publication_id: int | None = None, limit: int = 50) -> list[dict[str, Any]]:
    """Rows of ops.publication_log, newest first; of one publication if given."""
    with conn.cursor(row_factory=dict_row) as cursor:
        return cursor.execute(
            """
            select happened_at, action, publication_id, by_whom, reason
            from ops.publication_log
            where %(id)s::bigint is null or publication_id = %(id)s
            order by happened_at desc
            limit %(limit)s
            """,
            {"id": publication_id, "limit": limit},
        ).fetchall()
