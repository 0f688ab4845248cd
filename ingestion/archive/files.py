"""Parquet files of a month: written whole or not at all, and read in pieces."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from ingestion.archive.rows import CHUNK, Column, columns_of_file


def write_file(path: Path, chunks: Iterable[list[tuple[Any, ...]]], columns: Sequence[Column]) -> None:
    """Write rows to `path` for its owner's eyes only; durable when it returns, and absent if it fails."""
    schema = pa.schema([column.arrow for column in columns])
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    unfinished = path.with_suffix(".unfinished")
    try:
        with unfinished.open("wb") as file:
            os.chmod(unfinished, 0o600)
            with pq.ParquetWriter(file, schema, compression="zstd") as writer:
                for chunk in chunks:
                    arrays = [
                        pa.array(values, _integer(field.type)).cast(field.type)
                        for values, field in zip(zip(*chunk, strict=True), schema, strict=True)
                    ]
                    writer.write_table(pa.Table.from_arrays(arrays, schema=schema))
            file.flush()
            os.fsync(file.fileno())
        unfinished.rename(path)
    finally:
        unfinished.unlink(missing_ok=True)
    handle = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def columns_in(path: Path) -> list[Column]:
    """The columns of a file."""
    return columns_of_file(pq.read_schema(path))


def read_file(path: Path) -> Iterator[list[tuple[Any, ...]]]:
    """Chunks of the rows of a file, as `rows.read_rows` gives them."""
    with pq.ParquetFile(path) as file:
        for batch in file.iter_batches(CHUNK):
            arrays = [array.cast(_integer(array.type)).to_pylist() for array in batch.columns]
            yield list(zip(*arrays, strict=True))


def _integer(type_: pa.DataType) -> pa.DataType:
    """The type in which values of `type_` pass through Python: times as microseconds."""
    return pa.int64() if pa.types.is_timestamp(type_) else type_
