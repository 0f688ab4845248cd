"""Logins and databases, made by the administrator: each login has a password of its own and one database."""

from __future__ import annotations

import psycopg
from psycopg import sql

from infra.settings import LOGINS, Settings

#: Limits of the logins that people write queries with.
_READERS = ("reader", "bi_programme", "bi_steering", "bi_engineer")
_READER_LIMITS = {"default_transaction_read_only": "on", "statement_timeout": "60s", "work_mem": "16MB"}


def make_logins(settings: Settings) -> None:
    """Create what is missing of logins and the warehouse database, and set passwords and limits. Safe to repeat."""
    with psycopg.connect(settings.admin_dsn(), autocommit=True, connect_timeout=10) as connection:
        for name in LOGINS.values():
            _make_login(connection, name, settings.secret(f"pg_{name}"))
        for short in _READERS:
            for parameter, value in _READER_LIMITS.items():
                change = sql.SQL("alter role {} set {} = {}")
                connection.execute(change.format(sql.Identifier(LOGINS[short]), sql.Identifier(parameter), value))
        make_database(connection, settings.warehouse_database, LOGINS["owner"])
        for short, name in LOGINS.items():
            if short != "bi_none":
                grant = sql.SQL("grant connect on database {} to {}")
                connection.execute(grant.format(sql.Identifier(settings.warehouse_database), sql.Identifier(name)))


def make_service_login(connection: psycopg.Connection, name: str, password: str) -> None:
    """Create the login of a service that has a database of its own (`airflow`, `superset`)."""
    _make_login(connection, name, password)


def make_database(connection: psycopg.Connection, name: str, owner: str) -> bool:
    """Create a database that nobody but its owner may enter; True if it did not exist."""
    row = connection.execute("select 1 from pg_database where datname = %s", [name]).fetchone()
    if row is None:
        # An administrator that is no superuser (a managed Postgres) must belong to the owner to create for it.
        connection.execute(sql.SQL("grant {} to current_user").format(sql.Identifier(owner)))
        create = sql.SQL("create database {} owner {} template template0 encoding 'UTF8'")
        connection.execute(create.format(sql.Identifier(name), sql.Identifier(owner)))
    connection.execute(sql.SQL("revoke all on database {} from public").format(sql.Identifier(name)))
    return row is None


def _make_login(connection: psycopg.Connection, name: str, password: str) -> None:
    exists = connection.execute("select 1 from pg_roles where rolname = %s", [name]).fetchone()
    # The client makes the SCRAM verifier, so that the password itself never stands in a statement or a log.
    verifier = connection.pgconn.encrypt_password(password.encode(), name.encode(), b"scram-sha-256").decode()
    words = "alter role {} login password {}" if exists else "create role {} login password {}"
    connection.execute(sql.SQL(words).format(sql.Identifier(name), sql.Literal(verifier)))
