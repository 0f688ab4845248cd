"""CSV as it comes: any bytes in any pieces give rows, or rows with a reason, or one reason for the whole file."""

from __future__ import annotations

import csv
import tracemalloc
from io import StringIO

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingestion.files.csv_rows import LONGEST_ROW, CsvRows
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


def _cells(content: bytes, size: int = 7) -> list[list[object]]:
    rows = _read(content, size)
    assert all(row.trouble is None for row in rows)
    return [list(row.cells) for row in rows]


def _code(content: bytes, encoding: str = "utf-8") -> str:
    with pytest.raises(FileTrouble) as refused:
        _read(content, encoding=encoding)
    return refused.value.code


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
@pytest.mark.parametrize("ending", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"])
def test_rows__by_the_delimiter_of_the_first_row(delimiter: str, ending: str, mark: bytes) -> None:
    lines = [["a", "b", "c"], ["1", "é;,", ""], ["2", "", "x"]]
    written = StringIO(newline="")
    csv.writer(written, delimiter=delimiter, lineterminator=ending).writerows(lines)
    assert _cells(mark + written.getvalue().encode()) == lines


@pytest.mark.parametrize("size", [1, 2, 3, 100])
def test_rows__quoted_line_breaks_and_quotation_marks(size: int) -> None:
    content = b'a,b\r\n"1\r\n2","say ""hi"""\r\nx,y'
    assert _cells(content, size) == [["a", "b"], ["1\r\n2", 'say "hi"'], ["x", "y"]]


def test_rows__announced_delimiter() -> None:
    assert _cells(b"sep=;\r\na;b\r\n1;2,5\r\n") == [["a", "b"], ["1", "2,5"]]


def test_rows__a_broken_one_does_not_take_the_next_with_it() -> None:
    rows = _read(b'a,b\n1,"x"y\n2,z\n')
    assert [(row.number, row.trouble is None) for row in rows] == [(1, True), (2, False), (3, True)]


def test_rows__a_lone_quotation_mark_is_one_broken_row() -> None:
    rows = _read(b'a,b\n1,"never closed\n2,z\n3,y\n')
    broken = [row.number for row in rows if row.trouble is not None]
    assert broken == [2]
    assert [list(row.cells) for row in rows if row.trouble is None] == [["a", "b"], ["2", "z"], ["3", "y"]]


@pytest.mark.parametrize(
    ("content", "code"),
    [
        ("a,b\nMünchen,1\n".encode("windows-1252"), "wrong_encoding"),
        ("a,b\n1,2\n".encode("utf-16"), "wrong_encoding"),
        ("a,b\n1,2\n".encode("utf-16-le"), "wrong_encoding"),
        (b"a,b\n\xff\xfe\n", "wrong_encoding"),
        (b"a,b\n1,\xc3", "wrong_encoding"),
        (b"a,b\n1,\xed\xa0\x80\n", "wrong_encoding"),  # a lone surrogate
        (b"PK\x03\x04rest", "not_csv"),
        (b"\xd0\xcf\x11\xe0rest", "not_csv"),
        (b"%PDF-1.7", "not_csv"),
        (b"a,b\n" + b"x" * (LONGEST_ROW + 10) + b"\n", "row_too_long"),
        (b"a,b\n" + b'1,"x"y\n' * 200, "broken_quotes"),
    ],
)
def test_file__is_refused_with_a_reason(content: bytes, code: str) -> None:
    assert _code(content) == code


def test_wrong_encoding__names_the_row() -> None:
    rows = CsvRows("utf-8", _most_cells)
    found: list[Row] = []
    with pytest.raises(FileTrouble) as refused:
        found.extend(rows.feed(b"a,b\n1,2\n3,\xe9\n"))
    assert [list(row.cells) for row in found] == [["a", "b"], ["1", "2"]]
    assert refused.value.params["row"] == 3


def test_declared_encoding() -> None:
    rows = _read("a;b\r\nÉté;1\r\n".encode("windows-1252"), encoding="windows-1252")
    assert list(rows[1].cells) == ["Été", "1"]


def test_nul_characters__are_text_for_the_checks_that_follow() -> None:
    assert [list(row.cells) for row in _read(b"a,b\n1,x\0y\n")][1:] in ([["1", "x\0y"]], [["1,x\0y"]])


@given(st.binary(max_size=300), st.integers(1, 50))
def test_any_bytes__give_rows_or_reasons(content: bytes, size: int) -> None:
    _try(content, size)


@given(st.text('",;\t\r\n ab=é\0', max_size=120), st.integers(1, 20))
def test_any_text__gives_the_same_rows_in_any_pieces(text: str, size: int) -> None:
    assert _try(text.encode(), size) == _try(text.encode(), 10_000)


@given(st.lists(st.lists(st.text(st.characters(exclude_categories=["Cs"])), min_size=2, max_size=2), min_size=1))
def test_what_a_program_writes__is_read_back(lines: list[list[str]]) -> None:
    written = StringIO(newline="")
    csv.writer(written, quoting=csv.QUOTE_ALL).writerows([["a", "b"], *lines])
    assert _cells(written.getvalue().encode(), 64) == [["a", "b"], *lines]


def test_memory__does_not_grow_with_the_file() -> None:
    rows = CsvRows("utf-8", _most_cells)
    chunk = b"1234,some words,5\n" * 3_000
    tracemalloc.start()
    try:
        count = sum(1 for _ in range(30) for _ in rows.feed(chunk))
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert count == 90_000
    assert peak < 3_000_000


def _try(content: bytes, size: int) -> object:
    """Rows, or the code of the trouble."""
    try:
        rows = _read(content, size)
    except FileTrouble as trouble:
        return trouble.code
    assert [row.number for row in rows] == sorted({row.number for row in rows})
    return [(row.number, list(row.cells), row.trouble and row.trouble.code) for row in rows]
