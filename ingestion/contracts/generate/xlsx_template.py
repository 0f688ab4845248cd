"""The XLSX template of a type: a sheet to fill in, instructions, and the lists of codes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from openpyxl import Workbook
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.worksheet import Worksheet

from ingestion.contracts.columns import Column, template_columns
from ingestion.contracts.generate.fixed_workbook import workbook_bytes
from ingestion.contracts.generate.samples import pass_samples, value_at
from ingestion.contracts.generate.words import bounds, code_label, kind_words, label, plain, told, words_of
from ingestion.contracts.registry import Contract
from ingestion.words import _t, say

#: Rows below the heading that carry drop-downs and checks.
ROWS = 50_000
_FORMATS = {"integer": "0", "number": "General", "date": "yyyy-mm-dd", "time": "yyyy-mm-dd hh:mm"}
_YES_NO = ("yes", "no")
_MUST = PatternFill("solid", fgColor="1F4E5F")
_MAY = PatternFill("solid", fgColor="DCE6EA")
_WRAP = Alignment(wrap_text=True, vertical="top")

_DATA, _INSTRUCTIONS, _CODES = _t("Data"), _t("Instructions"), _t("Codes")
_HOW = (
    _t("Fill in the sheet {data}: one row for each record. Leave its first row as it is."),
    _t("Columns with a dark heading must be filled in. The others may stay empty."),
    _t("Choose codes from the lists; the sheet {codes} says what they mean. Between several codes in one cell write ;"),
    _t("record_id is your own number of the record. To correct a row, keep its record_id and send the file again."),
    _t("To take a record back, write void in the column operation. Otherwise leave that column empty."),
    _t("Write no names, telephone numbers, e-mail addresses or identity numbers of people in free text."),
)
_HEADINGS = (_t("Column"), _t("Meaning"), _t("Must be filled in"), _t("What it holds"), _t("Example"))
_CODE_HEADINGS = (_t("Column"), _t("Code"), _t("Meaning"))
_CHOOSE = _t("Choose a code from the list: the sheet {codes} says what each one means.")
_NUMBER = _t("Give a number from {low} to {high}, without thousands separators.")
_DATE = _t("Give a date, such as 2026-03-01.")
_YES, _NO = _t("yes"), _t("no")


def xlsx_template(contract: Contract, language: str, cities: Sequence[str] = ()) -> bytes:
    """The .xlsx file of xlsx_workbook(); the same arguments always give the same bytes."""
    return workbook_bytes(xlsx_workbook(contract, language, cities))


def xlsx_workbook(contract: Contract, language: str, cities: Sequence[str] = ()) -> Workbook:
    """The workbook in `language` (en, fr, es, ar). `cities` fills the drop-down of the column city.

    The first sheet is the one that is filled in and read: its first row holds the names of columns.py, and no other
    row is filled.
    """
    book = Workbook()
    data = book.worksheets[0]
    data.title = say(language, _DATA)
    instructions = book.create_sheet(say(language, _INSTRUCTIONS))
    codes = book.create_sheet(say(language, _CODES))
    asked = template_columns(contract)
    ranges = _fill_codes(codes, asked, language, cities)
    _fill_data(data, asked, language, ranges, codes.title)
    _fill_instructions(instructions, contract, asked, language, names={"data": data.title, "codes": codes.title})
    for sheet in book.worksheets:
        sheet.sheet_view.rightToLeft = language == "ar"
    return book


def _fill_data(
    sheet: Worksheet, asked: Sequence[Column], language: str, ranges: dict[str, str], codes_title: str
) -> None:
    sheet.freeze_panes = "B2"
    for number, column in enumerate(asked, start=1):
        letter = get_column_letter(number)
        _heading(sheet, 1, number, column.name, strong=column.required)
        sheet.column_dimensions[letter].width = max(14, len(column.name) + 3)
        # Text keeps leading zeros of a record's number; it holds for the whole column, filled or not.
        sheet.column_dimensions[letter].number_format = _FORMATS.get(column.kind, "@")
        check = _check(column, language, ranges.get(column.name), codes_title)
        check.promptTitle = label(column.title, language)[:32]
        check.prompt = kind_words(column, language)[:255]
        check.showInputMessage = True
        check.add(f"{letter}2:{letter}{ROWS + 1}")
        sheet.add_data_validation(check)


def _check(column: Column, language: str, codes: str | None, codes_title: str) -> DataValidation:
    """What a spreadsheet itself can refuse; the gateway checks everything."""
    rule: dict[str, Any] = {"allow_blank": True}
    error = None
    low, high = bounds(column)
    if codes is not None and column.kind != "list":
        # An unfilled column of cities is a hint: joint sets of cities have codes too.
        rule |= {"type": "list", "formula1": codes, "errorStyle": "warning" if column.name == "city" else "stop"}
        error = say(language, _CHOOSE, codes=codes_title)
    elif column.kind == "boolean":
        rule |= {"type": "list", "formula1": '"' + ",".join(_YES_NO) + '"'}
        error = say(language, _CHOOSE, codes=codes_title)
    elif low is not None and high is not None:
        kind = "whole" if column.kind == "integer" else "decimal"
        rule |= {"type": kind, "operator": "between", "formula1": plain(low), "formula2": plain(high)}
        error = say(language, _NUMBER, low=plain(low), high=plain(high))
    elif column.kind == "date":
        rule |= {"type": "date", "operator": "greaterThan", "formula1": "1", "errorStyle": "warning"}
        error = say(language, _DATE)
    if error is not None:
        rule |= {"showErrorMessage": True, "error": error[:225]}
    return DataValidation(**rule)


def _fill_codes(sheet: Worksheet, asked: Sequence[Column], language: str, cities: Sequence[str]) -> dict[str, str]:
    """Write every list of codes once; returns the range of the list that each column takes."""
    lists: dict[tuple[str, ...], list[str]] = {}
    for column in asked:
        codes = tuple(cities) if column.name == "city" else column.enum
        if codes:
            lists.setdefault(codes, []).append(column.name)
    _headings(sheet, _CODE_HEADINGS, language)
    ranges: dict[str, str] = {}
    row = 2
    for codes, names in lists.items():
        for code in codes:
            for cell, value in enumerate((", ".join(names), code, code_label(code, language)), start=1):
                _text(sheet, row, cell, value)
            row += 1
        ranges |= {name: f"'{sheet.title}'!$B${row - len(codes)}:$B${row - 1}" for name in names}
    _widths(sheet, (34, 30, 44))
    return ranges


def _fill_instructions(
    sheet: Worksheet, contract: Contract, asked: Sequence[Column], language: str, names: dict[str, str]
) -> None:
    _text(sheet, 1, 1, f"{label(contract.schema['title'], language)} ({contract.type})")
    sheet.cell(1, 1).font = Font(bold=True, size=14)
    row = 2
    for text in (*told(contract, language), *(say(language, line, **names) for line in _HOW)):
        _text(sheet, row, 1, text)
        sheet.merge_cells(start_row=row, start_column=1, end_row=row, end_column=len(_HEADINGS))
        sheet.row_dimensions[row].height = 15 * (1 + len(text) // 110)
        row += 1
    row += 1
    _headings(sheet, _HEADINGS, language, row)
    example = next((event for event in pass_samples(contract).values() if event["data"]), {})
    for place, column in enumerate(asked, start=row + 1):
        must = say(language, _YES if column.required else _NO)
        shown = words_of(value_at(example, column.path), column.kind) if column.name != "operation" else ""
        values = (column.name, label(column.title, language), must, kind_words(column, language), shown)
        for number, value in enumerate(values, start=1):
            _text(sheet, place, number, value)
    _widths(sheet, (28, 34, 16, 44, 36))


def _headings(sheet: Worksheet, headings: Sequence[str], language: str, row: int = 1) -> None:
    for number, heading in enumerate(headings, start=1):
        _heading(sheet, row, number, say(language, heading), strong=True)


def _heading(sheet: Worksheet, row: int, number: int, text: str, *, strong: bool) -> None:
    _text(sheet, row, number, text)
    cell = sheet.cell(row, number)
    cell.fill = _MUST if strong else _MAY
    cell.font = Font(bold=True, color="FFFFFF" if strong else "1F2D33")


def _text(sheet: Worksheet, row: int, number: int, value: str) -> None:
    """Always as text: no cell of a template is a formula."""
    cell = sheet.cell(row, number, value)
    cell.data_type = "s"
    cell.number_format = "@"
    cell.alignment = _WRAP


def _widths(sheet: Worksheet, widths: Sequence[int]) -> None:
    for number, width in enumerate(widths, start=1):
        sheet.column_dimensions[get_column_letter(number)].width = width
