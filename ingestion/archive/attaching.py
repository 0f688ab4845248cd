"""Put an archived month back into the database."""

from __future__ import annotations

from pathlib import Path

import psycopg

from infra.settings import Settings
from ingestion.archive.files import columns_in, read_file
from ingestion.archive.months import Month, connection_alone, is_in_database
from ingestion.archive.problems import ArchiveProblem
from ingestion.archive.rows import Column, Digest, columns_of_table, counted, read_rows


def attach_month(settings: Settings, month: Month) -> int:
    """Make the partition again from the file, compare it with what was archived, and attach it; returns its rows.

    All or nothing. Raises ArchiveProblem if the month is in the database, has no file, or the file is not what was
    written.
    """
    with connection_alone(settings) as connection:
        if is_in_database(connection, month):
            raise ArchiveProblem(f"{month} is in the database already.")
        path, rows, sha256 = archived(connection, month)
        columns = columns_in(path)
        with connection.transaction():
            _fill(connection, month, path, columns, columns_of_table(connection))
            found = Digest()
            for _ in counted(read_rows(connection, month.table, columns), found):
                pass
            if (found.rows, found.sha256) != (rows, sha256):
                raise ArchiveProblem(
                    f"{path} is not what was archived ({found.rows} rows of {rows}, or another digest): nothing was "
                    "attached. Bring the file back from a backup."
                )
            connection.execute(
                f"alter table raw.events attach partition raw.{month.table} for values {month.bounds}".encode()
            )
            connection.execute(
                "update raw.archives set attached_at = clock_timestamp() where month = %s", [month.first]
            )
    return rows


def archived(connection: psycopg.Connection, month: Month) -> tuple[Path, int, str]:
    """Path, rows and digest of a month's file. Raises ArchiveProblem if there is none."""
    found = connection.execute("select path, rows, sha256 from raw.archives where month = %s", [month.first]).fetchone()
    if found is None:
        raise ArchiveProblem(f"{month} was never archived: `corridor archive list` shows which months were.")
    path = Path(found[0])
    if not path.exists():
        raise ArchiveProblem(f"The file of {month} is not at {path}: bring it back from a backup.")
    return path, found[1], found[2]


def _fill(connection: psycopg.Connection, month: Month, path: Path, columns: list[Column], today: list[Column]) -> None:
    """A table like raw.events with the rows of the file; columns that came later get their default."""
    gone = sorted({column.name for column in columns} - {column.name for column in today})
    if gone:
        raise ArchiveProblem(f"raw.events has no longer the columns {', '.join(gone)} of {path}.")
    stage = ", ".join(column.stage for column in columns)
    names = ", ".join(column.name for column in columns)
    connection.execute(f"create temporary table stage_archive ({stage}) on commit drop".encode())
    with connection.cursor().copy(f"copy stage_archive ({names}) from stdin".encode()) as copy:
        for chunk in read_file(path):
            for row in chunk:
                copy.write_row(row)
    connection.execute(
        f"create table raw.{month.table} (like raw.events including defaults including constraints)".encode()
    )
    values = ", ".join(column.written for column in columns)
    connection.execute(
        f"insert into raw.{month.table} ({names}) select {values} from stage_archive".encode()  # noqa: S608
    )
