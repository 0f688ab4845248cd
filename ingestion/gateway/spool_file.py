"""The file of the spool: writes that Kafka has not acknowledged, in their order, in one SQLite database.

A commit is in the write-ahead log and fsynced before `append` returns. Everything here blocks: one thread calls it.
"""

from __future__ import annotations

import errno
import fcntl
import logging
import os
import sqlite3
import time
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

from ingestion.gateway.spool_errors import code_of, named

logger = logging.getLogger("corridor.gateway.spool")

NAME = "spool.sqlite"
_TABLES = """
create table if not exists writes (number integer primary key, at real, events integer, size integer, packed blob);
create table if not exists put_aside (number integer primary key, at real, packed blob, reason text);
"""
#: -wal is truncated to this when it is checkpointed; it may grow a little above.
_WAL_BYTES = 32 * 1024 * 1024
_DAMAGED = (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB)


class Waiting(NamedTuple):
    """One write in the spool. `at` is Unix time, `packed` what spool_packing made of its records."""

    number: int
    at: float
    events: int
    packed: bytes


class Totals(NamedTuple):
    """What waits: events, bytes, Unix time of the oldest write or None; and how many records were put aside."""

    events: int = 0
    size: int = 0
    oldest: float | None = None
    put_aside: int = 0


class SpoolFile:
    """One database in `folder`, opened at the first need. `reserve` bytes of the disk stay free."""

    def __init__(self, folder: Path, reserve: int) -> None:
        self.path = folder / NAME
        self._folder = folder
        self._reserve = reserve
        self._connection: sqlite3.Connection | None = None
        self._lock: int | None = None
        self._last = 0

    def open(self, after: int = 0) -> Totals:
        """Open or create the file and say what it holds behind number `after`. Raises SpoolFull or Unavailable."""
        if self._connection is None:
            try:
                self._take_lock()
                try:
                    self._connection = self._connect()
                except sqlite3.DatabaseError as error:
                    if code_of(error) not in _DAMAGED:
                        raise
                    self._set_damaged_aside(error)
                    self._connection = self._connect()
            except (OSError, sqlite3.Error) as error:
                raise named(error, self._folder) from error
        try:
            return totals(self._connection, after)
        except sqlite3.Error as error:
            self._drop()
            raise named(error, self._folder) from error

    def append(self, writes: Sequence[tuple[int, bytes]]) -> None:
        """Keep writes (events, packed) in this order, all or none. Raises SpoolFull or Unavailable."""
        self._opened()
        size = sum(len(packed) for _, packed in writes)
        try:
            free = os.statvfs(self._folder)
        except OSError as error:
            raise named(error, self._folder) from error
        if free.f_bavail * free.f_frsize < self._reserve + size:
            raise named(OSError(errno.ENOSPC, "the reserve of free space is reached"), self._folder)
        now = time.time()
        rows = [(self._last + n, now, events, len(packed), packed) for n, (events, packed) in enumerate(writes, 1)]
        self._change("insert into writes values (?, ?, ?, ?, ?)", rows)
        self._last = rows[-1][0]

    def read(self, after: int, most_bytes: int) -> list[Waiting]:
        """The next writes behind number `after`: at least one if there is any, about `most_bytes` together."""
        found: list[Waiting] = []
        size = 0
        try:
            query = "select number, at, events, packed from writes where number > ? order by number"
            for row in self._opened().execute(query, (after,)):
                found.append(Waiting(*row))
                size += len(row[3])
                if size >= most_bytes:
                    break
        except sqlite3.Error as error:
            self._drop()
            raise named(error, self._folder) from error
        return found

    def remove(self, up_to: int) -> float | None:
        """Forget the writes up to number `up_to`; returns the Unix time of the oldest that is left."""
        self._change("delete from writes where number <= ?", [(up_to,)])
        row = self._opened().execute("select at from writes order by number limit 1").fetchone()
        return row[0] if row else None

    def put_aside(self, packed: bytes, reason: str) -> None:
        """Keep a record that can go nowhere, until somebody looks at it."""
        self._change("insert into put_aside (at, packed, reason) values (?, ?, ?)", [(time.time(), packed, reason)])

    def delete(self) -> None:
        """Remove the file, which must hold nothing that is needed; this frees the disk even if it is full."""
        self._drop()
        for end in ("", "-wal", "-shm"):
            with suppress(OSError):
                os.unlink(f"{self.path}{end}")

    def close(self) -> None:
        """Let go of file and lock."""
        self._drop()
        if self._lock is not None:
            os.close(self._lock)
            self._lock = None

    def _opened(self) -> sqlite3.Connection:
        if self._connection is None:
            self.open()
        assert self._connection is not None
        return self._connection

    def _change(self, statement: str, rows: Sequence[tuple[object, ...]]) -> None:
        connection = self._opened()
        try:
            with connection:
                connection.executemany(statement, rows)
        except sqlite3.Error as error:
            if code_of(error) != sqlite3.SQLITE_FULL:
                self._drop()
            raise named(error, self._folder) from error

    def _connect(self) -> sqlite3.Connection:
        connection = sqlite3.connect(self.path, check_same_thread=False, timeout=2.0)
        try:
            os.chmod(self.path, 0o600)
            for pragma in ("journal_mode=wal", "synchronous=full", "cache_size=-4096", "wal_autocheckpoint=4000"):
                connection.execute(f"pragma {pragma}")
            connection.execute(f"pragma journal_size_limit={_WAL_BYTES}")
            connection.executescript(_TABLES)
            self._last = connection.execute("select coalesce(max(number), 0) from writes").fetchone()[0]
        except BaseException:
            connection.close()
            raise
        folder = os.open(self._folder, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)
        return connection

    def _take_lock(self) -> None:
        """Two gateways on one file would each send all of it."""
        if self._lock is not None:
            return
        self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        handle = os.open(self._folder / "lock", os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            os.close(handle)
            raise
        self._lock = handle

    def _drop(self) -> None:
        if self._connection is not None:
            with suppress(sqlite3.Error):
                self._connection.close()
            self._connection = None

    def _set_damaged_aside(self, error: Exception) -> None:
        aside = self.path.with_name(f"damaged-{time.strftime('%Y%m%dT%H%M%S')}-{NAME}")
        for end in ("", "-wal"):
            with suppress(FileNotFoundError):
                os.rename(f"{self.path}{end}", f"{aside}{end}")
        logger.error("damaged spool file=%s error=%s: recover its events with sqlite3's .recover", aside, error)


def totals(connection: sqlite3.Connection, after: int = 0) -> Totals:
    """What a spool's database holds behind number `after`."""
    events, size, oldest = connection.execute(
        "select coalesce(sum(events), 0), coalesce(sum(size), 0), min(at) from writes where number > ?", (after,)
    ).fetchone()
    return Totals(events, size, oldest, connection.execute("select count(*) from put_aside").fetchone()[0])
