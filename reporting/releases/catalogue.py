"""Which releases there are."""

from __future__ import annotations

import psycopg
from psycopg import sql
from psycopg.rows import class_row

from reporting.releases.model import Release, ReleaseError

_COLUMNS = sql.SQL(", ").join(map(sql.Identifier, Release.__dataclass_fields__))


def list_releases(conn: psycopg.Connection, programme: str | None = None) -> list[Release]:
    """All of them, or those of a programme; the newest first."""
    query = sql.SQL(
        "select {} from releases.v_releases where %(code)s::text is null or programme_code = %(code)s "
        "order by release_id desc"
    ).format(_COLUMNS)
    with conn.cursor(row_factory=class_row(Release)) as cursor:
        return cursor.execute(query, {"code": programme}).fetchall()


def find_release(conn: psycopg.Connection, name: str) -> Release | None:
    """The one of that name, or None."""
    query = sql.SQL("select {} from releases.v_releases where name = %s").format(_COLUMNS)
    with conn.cursor(row_factory=class_row(Release)) as cursor:
        return cursor.execute(query, [name]).fetchone()


def get_release(conn: psycopg.Connection, name: str) -> Release:
    """The one of that name. Raises ReleaseError if there is none."""
    found = find_release(conn, name)
    if found is None:
        raise ReleaseError(f"There is no release {name}: `corridor release list` shows those that exist.")
    return found
