"""CSV while it comes in, cut anywhere."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from io import StringIO

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingestion.files.csv_rows import LONGEST_ROW, CsvRows
from ingestion.files.rows import Row
from ingestion.files.trouble import FileTrouble


def _read(content: bytes, size: int = 7, encoding: str = "utf-8") -> list[Row]:
    reader = CsvRows(encoding, lambda found: max(found, key=lambda delimiter: len(found[delimiter])))
    rows: list[Row] = []
    for start in range(0, len(content), size):
        rows += reader.feed(content[start : start + size])
    return rows + list(reader.finish())


def _cells(rows: Sequence[Row]) -> list[list[object]]:
    return [list(row.cells) for row in rows]


_TABLE = st.integers(2, 5).flatmap(
    lambda columns: st.lists(
        st.lists(
            st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=12),
            min_size=columns,
            max_size=columns,
        ),
        max_size=8,
    ).map(lambda rows: [[f"name {n}" for n in range(columns)], *rows])
)


@given(
    _TABLE, st.sampled_from([",", ";", "\t"]), st.sampled_from(["\r\n", "\n", "\r"]), st.integers(1, 40), st.booleans()
)
def test_any_table__comes_back_however_it_is_cut(
    table: list[list[str]], delimiter: str, end: str, size: int, mark: bool
) -> None:
    text = StringIO(newline="")
    csv.writer(text, delimiter=delimiter, lineterminator=end, quoting=csv.QUOTE_ALL).writerows(table)
    content = (b"\xef\xbb\xbf" if mark else b"") + text.getvalue().encode()
    rows = _read(content, size)
    assert all(row.trouble is None for row in rows)
    assert _cells(rows) == table
    assert [row.number for row in rows] == list(range(1, len(table) + 1))


@given(st.binary(max_size=200) | st.text('a",;\r\n\0é', max_size=60).map(str.encode), st.integers(1, 30))
def test_any_bytes__give_rows_or_a_reason(content: bytes, size: int) -> None:
    try:
        rows = _read(b"record_id,sex\n" + content, size)
    except FileTrouble:
        return
    assert [row.number for row in rows] == list(range(1, len(rows) + 1))


def test_lone_quotes__cost_their_own_row() -> None:
    rows = _read(b'id,name\n1,"open\n2,fine\n3,"ends"here\n4,fine\n5,5" pipe\n6,"two\nlines"\n', size=1000)
    assert [(row.number, row.trouble is None) for row in rows] == [
        (1, True), (2, False), (3, True), (4, False), (5, True), (6, True), (7, True),
    ]  # fmt: skip
    assert list(rows[5].cells) == ["5", '5" pipe']
    assert list(rows[6].cells) == ["6", "two\nlines"]


def test_unclosed_quote_at_the_end__does_not_swallow_the_rows_behind_it() -> None:
    content = b'id,name\n1,"open\n' + b"".join(b"%d,fine\n" % n for n in range(2, 60_000))
    rows = _read(content, 65536)
    assert len(rows) == 60_000
    assert [row.number for row in rows if row.trouble] == [2]


def test_many_lone_quotes__end_the_file_soon() -> None:
    with pytest.raises(FileTrouble) as refused:
        _read(b"id,name\n" + b'a","x\n' * 200_000, 65536)
    assert refused.value.code == "broken_quotes"


def test_header_alone_decides_the_delimiter() -> None:
    rows = _read(b"id;name;note\n1;x;a,b,c,d\n2,3,4\n")
    assert _cells(rows) == [["id", "name", "note"], ["1", "x", "a,b,c,d"], ["2,3,4"]]
    assert _cells(_read(b"sep=;\r\nid;name\r\n1;x\r\n"))[-1] == ["1", "x"]
    assert _read(b"sep=;\r\nid;name\r\n1;x\r\n")[-1].number == 3


@pytest.mark.parametrize(
    ("content", "code", "row"),
    [
        ("id,name\n1,é\n".encode("utf-16"), "wrong_encoding", None),
        ("id,name\n1,é\n".encode("utf-16-le"), "wrong_encoding", None),
        (b"id,name\n1,ok\n2,caf\xe9\n", "wrong_encoding", 3),
        (b"id,name\n1,ok\n2,caf\xc3", "wrong_encoding", 3),
        (b"PK\x03\x04 and more", "not_csv", None),
        (b"\xd0\xcf\x11\xe0\xa1\xb1", "not_csv", None),
        (b"\xff\xd8\xff\xe0 a photograph", "not_csv", None),
        (b"id,name\n1," + b"x" * (LONGEST_ROW + 10), "row_too_long", 2),
        (b'"' * 3 + b"x" * (LONGEST_ROW + 10), "row_too_long", 1),
    ],
)
def test_files_that_cannot_be_read(content: bytes, code: str, row: int | None) -> None:
    with pytest.raises(FileTrouble) as refused:
        _read(content, 1000)
    assert refused.value.code == code
    assert refused.value.params.get("row") == row


def test_declared_encoding() -> None:
    assert _cells(_read("id,name\n1,café\n".encode("windows-1252"), encoding="windows-1252"))[1] == ["1", "café"]
    assert _cells(_read("id,name\n1,café\n".encode("utf-16"), encoding="utf-16"))[1] == ["1", "café"]
