"""CSV as it comes in: the pieces do not matter, memory stays flat, and what came before trouble counts."""

from __future__ import annotations

import tracemalloc

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingestion.files.csv_rows import CsvRows
from ingestion.files.rows import Row
from ingestion.files.trouble import FileTrouble


def _most_cells(found: dict[str, list[str]]) -> str:
    return max(found, key=lambda delimiter: len(found[delimiter]))


def _read(content: bytes, size: int = 7, encoding: str = "utf-8") -> list[Row]:
    rows = CsvRows(encoding, _most_cells)
    found: list[Row] = []
    for start in range(0, len(content), size):
        found.extend(rows.feed(content[start : start + size]))
    found.extend(rows.finish())
    return found


def test_wrong_encoding__names_the_row() -> None:
    rows = CsvRows("utf-8", _most_cells)
    found: list[Row] = []
    with pytest.raises(FileTrouble) as refused:
        found.extend(rows.feed(b"a,b\n1,2\n3,\xe9\n"))
    assert [list(row.cells) for row in found] == [["a", "b"], ["1", "2"]]
    assert refused.value.params["row"] == 3


@given(st.text('",;\t\r\n ab=é\0', max_size=120), st.integers(1, 20))
def test_any_text__gives_the_same_rows_in_any_pieces(text: str, size: int) -> None:
    assert _try(text.encode(), size) == _try(text.encode(), 10_000)


def test_memory__does_not_grow_with_the_file() -> None:
    rows = CsvRows("utf-8", _most_cells)
    chunk = b"1234,some words,5\n" * 3_000
    tracemalloc.start()
    try:
        count = sum(1 for _ in range(15) for _ in rows.feed(chunk))
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert count == 45_000
    assert peak < 3_000_000


def _try(content: bytes, size: int) -> object:
    """Rows, or the code of the trouble."""
    try:
        rows = _read(content, size)
    except FileTrouble as trouble:
        return trouble.code
    assert [row.number for row in rows] == sorted({row.number for row in rows})
    return [(row.number, list(row.cells), row.trouble and row.trouble.code) for row in rows]
