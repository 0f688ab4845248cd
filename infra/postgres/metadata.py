"""The metadata databases of Airflow and Superset: made whole, or made again.

Their own set-up commands do not survive an interruption at every point, so the database carries a mark that is set
when the set-up has ended; a database without the mark holds nothing of value and is made anew.
"""

from __future__ import annotations

from collections.abc import Callable

import psycopg
from psycopg import sql

from infra.postgres.logins import make_database, make_service_login
from infra.settings import Settings


def ensure_metadata(settings: Settings, name: str, version: str, set_up: Callable[[], None]) -> bool:
    """Make the database of `name` (`airflow`, `superset`) and run `set_up` unless it ended for this `version` before.

    Returns True if `set_up` ran. A finished database of another version is kept and upgraded by `set_up`.
    """
    with psycopg.connect(settings.admin_dsn(), autocommit=True, connect_timeout=10) as connection:
        make_service_login(connection, name, settings.secret(f"pg_{name}"))
        mark = _mark(connection, name)
        if mark == _words(version):
            return False
        if mark is None:
            connection.execute(sql.SQL("drop database if exists {} with (force)").format(sql.Identifier(name)))
        make_database(connection, name, name)
        set_up()
        comment = sql.SQL("comment on database {} is {}")
        connection.execute(comment.format(sql.Identifier(name), sql.Literal(_words(version))))
    return True


def _words(version: str) -> str:
    return f"corridor: set up to the end for {version}"


def _mark(connection: psycopg.Connection, name: str) -> str | None:
    query = "select shobj_description(oid, 'pg_database') from pg_database where datname = %s"
    row = connection.execute(query, [name]).fetchone()
    return row[0] if row else None
