"""Take a month out of the database: write it, read it back, compare, and only then detach and drop it."""

from __future__ import annotations

import getpass
from pathlib import Path

import psycopg
from psycopg.errors import LockNotAvailable

from infra.settings import Settings
from ingestion.archive.files import read_file, write_file
from ingestion.archive.months import Month, connection_alone, folder, is_in_database
from ingestion.archive.problems import ArchiveProblem
from ingestion.archive.rows import Digest, columns_of_table, counted, read_rows


def archive_month(settings: Settings, month: Month, *, even_though_read: bool = False, keep: bool = False) -> Path:
    """Write `month` to a file, verify it, and take it out of the database unless `keep`; returns the file's path.

    Raises ArchiveProblem if the month is not over, is not there, is still read and `even_though_read` is not set, or
    if the file does not read back as what was written: the database then is as before.
    """
    with connection_alone(settings) as connection:
        _refuse(connection, month, even_though_read or keep)
        path = folder(settings) / f"{month.table}.parquet"
        with connection.transaction():
            connection.execute("set transaction isolation level repeatable read, read only")
            columns, written = columns_of_table(connection), Digest()
            write_file(path, counted(read_rows(connection, month.table, columns), written), columns)
        found = Digest()
        for chunk in read_file(path):
            found.add(chunk)
        if (found.rows, found.sha256) != (written.rows, written.sha256):
            raise ArchiveProblem(
                f"{path} does not read back as it was written ({found.rows} rows of {written.rows}, or another "
                f"digest): {month} stays in the database. Look at the disk, and try again."
            )
        with connection.transaction():
            _record(connection, month, path, written)
            if not keep:
                _detach(connection, month, written.rows)
    return path


def _refuse(connection: psycopg.Connection, month: Month, may_be_read: bool) -> None:
    if not is_in_database(connection, month):
        raise ArchiveProblem(f"{month} is not in the database: `corridor archive list` shows what is, and what is not.")
    if not month.is_over():
        raise ArchiveProblem(f"{month} is not over, or only since today: loads may still write to it.")
    table = f"raw.{month.table}"
    read = connection.execute(
        f"select exists (select from {table} where programme <> 'OPS')".encode()  # noqa: S608
    ).fetchone()
    if read and read[0] and not may_be_read:
        raise ArchiveProblem(
            f"{month} holds events that results are computed from: without it the next build counts them no more. "
            "With --keep the file is written and the month stays; with --even-though-read it goes all the same."
        )


def _record(connection: psycopg.Connection, month: Month, path: Path, written: Digest) -> None:
    connection.execute(
        f"""
        insert into raw.archives (month, path, rows, bytes, sha256, first_load_id, last_load_id, made_by)
        select %s, %s, %s, %s, %s, coalesce(min(load_id), 0), coalesce(max(load_id), 0), %s from raw.{month.table}
        on conflict (month) do update set
            path = excluded.path, rows = excluded.rows, bytes = excluded.bytes, sha256 = excluded.sha256,
            first_load_id = excluded.first_load_id, last_load_id = excluded.last_load_id,
            made_at = clock_timestamp(), made_by = excluded.made_by
        """.encode(),  # noqa: S608
        [month.first, str(path), written.rows, path.stat().st_size, written.sha256, getpass.getuser()],
    )


def _detach(connection: psycopg.Connection, month: Month, rows: int) -> None:
    try:
        connection.execute("set local lock_timeout = '5s'")
        connection.execute(f"alter table raw.events detach partition raw.{month.table}".encode())
    except LockNotAvailable as error:
        raise ArchiveProblem(
            f"{month} could not be detached within 5 s, because somebody reads raw.events (perhaps a build): the file "
            "is written, the month stays. Try again when nothing is running."
        ) from error
    # Nobody can write to it any more: what it holds now must be what was written.
    row = connection.execute(f"select count(*) from raw.{month.table}".encode()).fetchone()  # noqa: S608
    if row is None or row[0] != rows:
        raise ArchiveProblem(f"{month} changed while it was written: it stays in the database. Try again.")
    connection.execute(f"drop table raw.{month.table}".encode())
    connection.execute(
        "update raw.archives set detached_at = clock_timestamp(), attached_at = null where month = %s", [month.first]
    )
