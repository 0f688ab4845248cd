"""Applies infra/postgres/migrations/*.sql in the order of their names, each in one transaction, each once."""

from __future__ import annotations

import hashlib
from pathlib import Path

import psycopg

from infra.local.problems import Problem
from infra.settings import Settings

FOLDER = Path(__file__).parent / "migrations"
_LEDGER = """
create table if not exists public.schema_migrations (
    name text primary key,
    sha256 text not null,
    applied_at timestamptz not null default clock_timestamp()
)"""
_LOCK = 7_046_001


def migrate(settings: Settings, folder: Path = FOLDER) -> list[str]:
    """Apply what has not been applied, as the owner of the warehouse database; return the names of what was.

    Raises Problem if a migration fails (nothing of it stays) or if an applied one was edited afterwards.
    """
    applied = []
    with psycopg.connect(settings.dsn("owner"), autocommit=True, connect_timeout=10) as connection:
        connection.execute("select pg_advisory_lock(%s)", [_LOCK])
        connection.execute(_LEDGER)
        known: dict[str, str] = dict(connection.execute("select name, sha256 from public.schema_migrations").fetchall())
        for path in sorted(folder.glob("*.sql")):
            text = path.read_text(encoding="utf-8")
            digest = hashlib.sha256(text.encode()).hexdigest()
            if path.name not in known:
                _apply(connection, path, text, digest)
                applied.append(path.name)
            elif known[path.name] != digest:
                raise Problem(
                    f"The migration {path.name} was changed after it had been applied: "
                    "undo the change and write a new migration (or `make reset` if this stack's data may go)."
                )
    return applied


def _apply(connection: psycopg.Connection, path: Path, text: str, digest: str) -> None:
    try:
        with connection.transaction():
            connection.execute(text.encode())
            connection.execute(
                "insert into public.schema_migrations (name, sha256) values (%s, %s)", [path.name, digest]
            )
    except psycopg.Error as error:
        position = error.diag.statement_position
        line = f" line {text.count(chr(10), 0, int(position)) + 1}" if position else ""
        raise Problem(
            f"The migration {path.name} failed{line} and left nothing behind: {str(error).splitlines()[0]}. "
            "Correct the file and run `make up` again."
        ) from error
