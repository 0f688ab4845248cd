"""The metadata databases of Airflow and Superset: made whole, or made again.

Their own set-up commands do not survive an interruption at every point, so the database carries a mark that is set
when the set-up has ended; a database without the mark holds nothing of value and is made anew.
"""

from __future__ import annotations

from collections.abc import Callable

import psycopg
from psycopg import sql

from infra.local.problems import Problem
from infra.postgres.logins import make_database, make_service_login
from infra.settings import Settings

_BEGUN = "corridor: being set up"
_DONE = "corridor: set up to the end for "


def ensure_metadata(settings: Settings, name: str, version: str, set_up: Callable[[], None]) -> bool:
    """Make the database of `name` (`airflow`, `superset`) and run `set_up` unless it ended for this `version` before.

    Returns True if `set_up` ran. A finished database of another version is kept and upgraded by `set_up`. Raises
    Problem if an existing Postgres has a database of that name that is not ours.
    """
    with psycopg.connect(settings.admin_dsn(), autocommit=True, connect_timeout=10) as connection:
        exists, mark = _look(connection, name)
        if exists and mark is None and not settings.postgres_is_embedded:
            raise Problem(
                f"The Postgres at {settings.postgres_address[0]} has a database {name!r} already that Corridor did not "
                "make: rename it, or name another Postgres in CORRIDOR_POSTGRES_ADMIN_URL."
            )
        make_service_login(connection, name, settings.secret(f"pg_{name}"))
        if mark == _DONE + version:
            return False
        if not (mark or "").startswith(_DONE):
            connection.execute(sql.SQL("drop database if exists {} with (force)").format(sql.Identifier(name)))
            make_database(connection, name, name)
            _set_mark(connection, name, _BEGUN)
        set_up()
        _set_mark(connection, name, _DONE + version)
    return True


def _look(connection: psycopg.Connection, name: str) -> tuple[bool, str | None]:
    query = "select shobj_description(oid, 'pg_database') from pg_database where datname = %s"
    row = connection.execute(query, [name]).fetchone()
    return (row is not None, row[0] if row else None)


def _set_mark(connection: psycopg.Connection, name: str, words: str) -> None:
    comment = sql.SQL("comment on database {} is {}")
    connection.execute(comment.format(sql.Identifier(name), sql.Literal(words)))
