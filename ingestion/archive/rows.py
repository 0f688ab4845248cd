"""Rows of a month of raw.events on their way between Postgres and Parquet, and the digest that both must share.

Values pass as integers, text and bytes: times as microseconds since 1970, jsonb as its text. So no value is rounded or
re-formatted on the way, and the digest of what was read from the database can be taken again from the file.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import orjson
import psycopg
import pyarrow as pa

from ingestion.archive.problems import ArchiveProblem

#: Rows held in memory at once, and in one row group of a file.
CHUNK = 20_000

ORDER = "topic, kafka_partition, kafka_offset"

#: Type of Postgres -> type of the file, and how a column is read and written back.
_TYPES: dict[str, tuple[pa.DataType, str, str]] = {
    "text": (pa.string(), "{0}", "{0}"),
    "integer": (pa.int32(), "{0}", "{0}"),
    "bigint": (pa.int64(), "{0}", "{0}"),
    "bytea": (pa.binary(), "{0}", "{0}"),
    "jsonb": (pa.string(), "{0}::text", "{0}::jsonb"),
    "timestamp with time zone": (
        pa.timestamp("us", tz="UTC"),
        "(extract(epoch from {0}) * 1000000)::bigint",
        # In days and the rest: an interval is multiplied as a double, which holds no far year to the microsecond.
        "timestamptz 'epoch' + make_interval(days => ({0} / 86400000000)::integer)"
        " + ({0} % 86400000000) * interval '1 microsecond'",
    ),
}


@dataclass(frozen=True)
class Column:
    """One column of raw.events."""

    name: str
    type: str

    @property
    def arrow(self) -> pa.Field:
        """Its field in the file; the type of Postgres stands beside it."""
        return pa.field(self.name, _TYPES[self.type][0], metadata={"postgres": self.type})

    @property
    def read(self) -> str:
        """SQL that reads it."""
        return _TYPES[self.type][1].format(self.name)

    @property
    def written(self) -> str:
        """SQL that makes its value again from what was read."""
        return _TYPES[self.type][2].format(self.name)

    @property
    def stage(self) -> str:
        """Its definition in a stage that holds what was read."""
        plain = {"timestamp with time zone": "bigint", "jsonb": "text"}
        return f"{self.name} {plain.get(self.type, self.type)}"


def columns_of_table(connection: psycopg.Connection) -> list[Column]:
    """The columns of raw.events. Raises ArchiveProblem for a type that no file was ever written with."""
    rows = connection.execute(
        "select column_name, data_type from information_schema.columns"
        " where table_schema = 'raw' and table_name = 'events' order by ordinal_position"
    ).fetchall()
    unknown = sorted({type_ for _, type_ in rows} - set(_TYPES))
    if unknown:
        raise ArchiveProblem(f"raw.events has columns of a type that cannot be archived yet: {', '.join(unknown)}.")
    return [Column(name, type_) for name, type_ in rows]


def columns_of_file(schema: pa.Schema) -> list[Column]:
    """The columns as they were when the file was written."""
    return [Column(field.name, field.metadata[b"postgres"].decode()) for field in schema]


def read_rows(connection: psycopg.Connection, table: str, columns: Sequence[Column]) -> Iterator[list[tuple[Any, ...]]]:
    """Chunks of the rows of raw.`table`, by place in the log, within the open transaction."""
    names = ", ".join(column.read for column in columns)
    with connection.cursor(name="archive", binary=True) as cursor:
        cursor.itersize = CHUNK
        cursor.execute(f"select {names} from raw.{table} order by {ORDER}".encode())  # noqa: S608
        while chunk := cursor.fetchmany(CHUNK):
            yield chunk


def counted(chunks: Iterable[list[tuple[Any, ...]]], into: Digest) -> Iterator[list[tuple[Any, ...]]]:
    """The same chunks; `into` has seen them all at the end."""
    for chunk in chunks:
        into.add(chunk)
        yield chunk


class Digest:
    """Number and SHA-256 of rows in their order."""

    def __init__(self) -> None:
        self.rows = 0
        self._hash = hashlib.sha256()

    def add(self, rows: Iterable[Sequence[Any]]) -> None:
        """Count these in."""
        for row in rows:
            self._hash.update(orjson.dumps(row, default=_hex))
            self.rows += 1

    @property
    def sha256(self) -> str:
        """Of all rows so far."""
        return self._hash.hexdigest()


_hex: Callable[[bytes], str] = bytes.hex
