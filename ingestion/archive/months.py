"""The months of raw.events: those in the database, and those in files."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import psycopg

from infra.settings import Settings
from ingestion.archive.problems import ArchiveProblem

_LOCK = 5_120_001  # any number that no other advisory lock of this database has


@dataclass(frozen=True)
class Month:
    """A calendar month in UTC, by which raw.events is partitioned."""

    year: int
    number: int

    @classmethod
    def parse(cls, text: str) -> Month:
        """From 2026-03. Raises ArchiveProblem for anything else."""
        found = re.fullmatch(r"(\d{4})-(\d{2})", text)
        if not found or not 1 <= int(found[2]) <= 12:
            raise ArchiveProblem(f"{text!r} is no month: write for example 2026-03.")
        return cls(int(found[1]), int(found[2]))

    @property
    def first(self) -> date:
        """Its first day."""
        return date(self.year, self.number, 1)

    @property
    def following(self) -> Month:
        """The next month."""
        later = self.first + timedelta(days=31)
        return Month(later.year, later.month)

    @property
    def bounds(self) -> str:
        """When it begins and when it is over, as a partition is told."""
        return f"from ('{self.first} 00:00:00+00') to ('{self.following.first} 00:00:00+00')"

    @property
    def table(self) -> str:
        """Name of its partition."""
        return f"events_{self.year:04}_{self.number:02}"

    def __str__(self) -> str:
        return f"{self.year:04}-{self.number:02}"

    def is_over(self, now: datetime | None = None) -> bool:
        """True from a day after its end: no load that began within it is still at work then."""
        end = datetime(self.following.year, self.following.number, 1, tzinfo=UTC)
        return (now or datetime.now(UTC)) >= end + timedelta(days=1)


@dataclass(frozen=True)
class Standing:
    """Where a month is. `rows` is an estimate while there is no file; sizes are bytes."""

    month: Month
    in_database: bool
    rows: int
    table_bytes: int | None
    path: Path | None
    file_bytes: int | None


def months_before(age: int, now: datetime | None = None) -> Month:
    """The month `age` months before the current one."""
    now = now or datetime.now(UTC)
    months = now.year * 12 + now.month - 1 - age
    return Month(months // 12, months % 12 + 1)


def list_months(connection: psycopg.Connection) -> list[Standing]:
    """Every month that holds events, the oldest first."""
    rows = connection.execute(
        """
        with here as (
            select
                to_date(substring(c.relname from '\\d{4}_\\d{2}$'), 'YYYY_MM') as month,
                greatest(c.reltuples, 0)::bigint as rows,
                pg_total_relation_size(c.oid) as bytes
            from pg_inherits as h inner join pg_class as c on h.inhrelid = c.oid
            where h.inhparent = 'raw.events'::regclass and pg_relation_size(c.oid) > 0
        )

        select month, here.month is not null, coalesce(a.rows, here.rows), here.bytes, a.path, a.bytes
        from here full join raw.archives as a using (month)
        order by month
        """
    ).fetchall()
    return [
        Standing(Month(month.year, month.month), here, count, size, Path(path) if path else None, file_size)
        for month, here, count, size, path, file_size in rows
    ]


def is_in_database(connection: psycopg.Connection, month: Month) -> bool:
    """True if its partition belongs to raw.events."""
    row = connection.execute(
        "select exists (select from pg_inherits where inhparent = 'raw.events'::regclass"
        " and inhrelid = to_regclass(%s))",
        [f"raw.{month.table}"],
    ).fetchone()
    return bool(row and row[0])


@contextmanager
def connection_alone(settings: Settings) -> Iterator[psycopg.Connection]:
    """A connection of the owner. Raises ArchiveProblem if another archive command is at work."""
    with psycopg.connect(settings.dsn("owner"), autocommit=True, application_name="corridor archive") as connection:
        connection.execute("set timezone = 'UTC'")
        row = connection.execute("select pg_try_advisory_lock(%s)", [_LOCK]).fetchone()
        if not (row and row[0]):
            raise ArchiveProblem("Another `corridor archive` is at work: wait until it has ended.")
        yield connection


def folder(settings: Settings) -> Path:
    """CORRIDOR_ARCHIVE, else `archive` in the home of the stack."""
    given = settings.env.get("CORRIDOR_ARCHIVE")
    return Path(given).expanduser().resolve() if given else settings.home / "archive"
