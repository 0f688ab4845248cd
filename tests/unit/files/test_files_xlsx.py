"""Workbooks: what is read of them, and what is never unpacked."""

from __future__ import annotations

import zipfile
from collections.abc import Callable
from datetime import datetime
from io import BytesIO
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import Workbook
from openpyxl.worksheet.worksheet import Worksheet

from ingestion.files import xlsx_check
from ingestion.files.cells import refuse_formula
from ingestion.files.rows import MOST_ROWS, Row
from ingestion.files.trouble import CellTrouble, FileTrouble
from ingestion.files.xlsx_rows import XlsxRows

SHEET = "xl/worksheets/sheet1.xml"


def _book(*rows: list[Any], change: Callable[[Workbook, Worksheet], None] | None = None) -> bytes:
    book = Workbook()
    sheet = book.worksheets[0]
    for row in rows or (["record_id", "sex"], ["1", "female"]):
        sheet.append(row)
    if change is not None:
        change(book, sheet)
    file = BytesIO()
    book.save(file)
    return file.getvalue()


def _with(content: bytes, **parts: bytes | None) -> bytes:
    """The workbook with parts put in, replaced or (None) left out; `__` in names stands for `/`, `_x` for `.x`."""
    changed = {
        name.replace("__", "/").replace("_xml", ".xml").replace("_bin", ".bin"): part for name, part in parts.items()
    }
    file = BytesIO()
    with zipfile.ZipFile(BytesIO(content)) as old, zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            if name not in changed:
                new.writestr(name, old.read(name))
        for name, part in changed.items():
            if part is not None:
                new.writestr(name, part)
    return file.getvalue()


def _rows(content: bytes) -> list[Row]:
    workbook = XlsxRows(content)
    found: list[Row] = []
    try:
        while some := workbook.next():
            found += some
    finally:
        workbook.stop()
    return found


def _code(content: bytes) -> str:
    with pytest.raises(FileTrouble) as refused:
        _rows(content)
    return refused.value.code


def test_rows__of_the_first_visible_sheet_with_their_numbers() -> None:
    def change(book: Workbook, sheet: Worksheet) -> None:
        sheet.sheet_state = "hidden"
        shown = book.create_sheet("Data")
        shown["A1"], shown["B1"], shown["A4"], shown["B4"] = "record_id", "time", 7, datetime(2026, 3, 2)
        book.create_sheet("More").append(["not", "read"])

    rows = _rows(_book(change=change))
    assert [(row.number, list(row.cells)[:2]) for row in rows] == [
        (1, ["record_id", "time"]),
        (4, [7, datetime(2026, 3, 2)]),
    ]


def test_formula_cells__are_seen() -> None:
    rows = _rows(_book(["record_id", "sum"], ["1", "=1+1"], ["2", "=HYPERLINK(A1)"], ["3", 4.5]))
    for row in rows[1:3]:
        with pytest.raises(CellTrouble, match="formula"):
            refuse_formula(row.cells[1])
    refuse_formula(rows[3].cells[1])


def test_formula_over_several_cells__is_seen() -> None:
    sheet = b"""<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>
    <row r="1"><c r="A1"><f t="array" ref="A1:A2">SUM(B1:B2)</f><v>3</v></c></row></sheetData></worksheet>"""
    (row,) = _rows(_with(_book(), xl__worksheets__sheet1_xml=sheet))
    with pytest.raises(CellTrouble, match="formula"):
        refuse_formula(row.cells[0])


def _sheet(rows: str) -> bytes:
    space = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    return f'<worksheet xmlns="{space}"><sheetData>{rows}</sheetData></worksheet>'.encode()


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"PK\x03\x04", "not_xlsx"),
        (_book()[:400], "not_xlsx"),
        (_book()[:-30], "not_xlsx"),
        (_with(_book(), xl__workbook_xml=None), "not_xlsx"),
        (_with(_book(), xl__workbook_xml=b"<broken"), "not_xlsx"),
        (_with(_book(), xl__worksheets__sheet1_xml=b"<worksheet><sheetData><row>"), "not_xlsx"),
        (
            _with(_book(), xl__worksheets__sheet1_xml=_sheet('<row r="1"><c r="A1" t="s"><v>999</v></c></row>')),
            "not_xlsx",
        ),
        (_with(_book(), xl__worksheets__sheet1_xml=_sheet('<row r="1"><c r="A1"><v>nan</v></c></row>')), "not_xlsx"),
        (_with(_book(), xl__vbaProject_bin=b"macro"), "xlsx_holds_more"),
        (_with(_book(), xl__externalLinks__externalLink1_xml=b"<x/>"), "xlsx_holds_more"),
        (_with(_book(), **{"xl/embeddings/inner.xlsx": _book()}), "xlsx_holds_more"),
        (_with(_book(), **{"inner.zip": b"PK"}), "xlsx_holds_more"),
        (_with(_book(), **{f"part{n}": b"" for n in range(501)}), "xlsx_inflates"),
        (_with(_book(), xl__worksheets__sheet1_xml=b" " * (9 * 2**20)), "xlsx_inflates"),
        (_with(_book(), xl__styles_xml=b"x" * (17 * 2**20)), "xlsx_inflates"),
        (
            _with(_book(), xl__worksheets__sheet1_xml=b'<!DOCTYPE x [<!ENTITY a "b">]>' + _sheet("")),
            "not_xlsx",
        ),
        (_with(_book(), xl__worksheets__sheet1_xml=_sheet("").decode().encode("utf-16")), "not_xlsx"),
        (
            _with(_book(), xl__worksheets__sheet1_xml=_sheet(f'<row r="{MOST_ROWS + 2}"><c><v>1</v></c></row>')),
            "too_many_rows",
        ),
    ],
)
def test_workbooks_that_are_not_read(content: bytes, code: str) -> None:
    assert _code(content) == code


def test_directory_that_lies_about_a_size__does_not_inflate_more() -> None:
    content = _with(_book(), xl__worksheets__sheet1_xml=b" " * (4 * 2**20))
    size = (4 * 2**20).to_bytes(4, "little")
    assert content.count(size) == 2
    assert _code(content.replace(size, (1000).to_bytes(4, "little"))) == "not_xlsx"


def test_overlapping_sizes__are_added_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(xlsx_check, "_MOST_INFLATED", 5000)
    assert _code(_book()) == "xlsx_inflates"


def test_sixteen_thousand_columns() -> None:
    wide = '<row r="1"><c r="A1"><v>1</v></c><c r="XFD1">{}</c></row>'
    assert _code(_with(_book(), xl__worksheets__sheet1_xml=_sheet(wide.format("<v>2</v>")))) == "too_many_columns"
    (row,) = _rows(_with(_book(), xl__worksheets__sheet1_xml=_sheet(wide.format(""))))
    assert len(row.cells) == 256


def test_a_row_far_below__costs_nothing() -> None:
    far = _sheet('<row r="1"><c r="A1"><v>1</v></c></row><row r="1048576"><c r="A1048576"/></row>')
    assert [row.number for row in _rows(_with(_book(), xl__worksheets__sheet1_xml=far))] == [1]


def test_stopped_reading__ends_its_thread() -> None:
    workbook = XlsxRows(_book(*[[str(n), "x"] for n in range(5000)]))
    assert workbook.next()
    workbook.stop()
    workbook._thread.join(5)
    assert not workbook._thread.is_alive()


@given(st.binary(max_size=60), st.integers(0, 4000))
def test_any_damage__is_a_reason_or_rows(patch: bytes, at: int) -> None:
    content = bytearray(_BOOK)
    content[at : at + len(patch)] = patch
    try:
        _rows(bytes(content))
    except FileTrouble:
        return


_BOOK = _book()
