"""One cell into the value that its column takes."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from datetime import date, datetime, time
from math import isfinite
from typing import Any

from ingestion.contracts.columns import LIST_SEPARATOR, Column
from ingestion.files.codes import Words, YesOrNo
from ingestion.files.dates import of_cell, read_day
from ingestion.files.numbers import read_number
from ingestion.files.profile import Profile
from ingestion.files.trouble import CellTrouble
from ingestion.words import _t

#: What a cell of a workbook gives; a CSV gives text only.
Cell = str | int | float | bool | date | datetime | time | None

LONGEST_CELL = 32_767
#: More digits than a spreadsheet keeps.
_ROUNDED = 10**15
_ROUNDED_TEXT = re.compile(r"[0-9](?:[.,][0-9]+)?[eE]\+[0-9]+")
#: Written by a spreadsheet before what would else be a formula; see returned.py.
_GUARDED = ("'=", "'+", "'-", "'@", "'\t", "'\r")
_ERRORS = frozenset(("#N/A", "#REF!", "#VALUE!", "#DIV/0!", "#NAME?", "#NUM!", "#NULL!", "#SPILL!"))

_TOO_LONG = _t("This cell holds more than {most} characters.")
_NO_WHOLE = _t("Write a whole number, without a decimal part.")
_NO_FINITE = _t("This number is too large to be read.")
_ROUNDED_SAID = _t(
    "Your spreadsheet has rounded this number: format the column as text and write the whole number again."
)
_BECAME_DATE = _t(
    "Your spreadsheet has turned this into a date: format the column as text and write again what you meant."
)
_NO_DATE_CELL = _t(
    "This is a number, not a date: format the column as a date, or write it as text, such as 2026-03-31."
)
_FORMULA = _t("This cell holds a formula: copy the column and paste it as values.")
_ERROR = _t("This cell holds an error of the spreadsheet, such as #N/A: write the value itself.")

Read = Callable[[Cell], Any]


def reader_of(column: Column, profile: Profile) -> Read:
    """The function that turns a cell of `column`, not empty, into its value; it raises CellTrouble.

    Times are read where the city of the row is known: see row.py.
    """
    if column.kind in ("integer", "number"):
        read: Read = _numbers(column, profile)
    elif column.kind == "boolean":
        read = _booleans(column, profile)
    elif column.kind == "date":
        read = _days(profile)
    elif column.kind == "list":
        words = Words(column, profile)
        read = lambda cell: [words.code(part) for part in _parts(text_of(cell))]  # noqa: E731
    elif column.enum or column.name in profile.words:
        words = Words(column, profile)
        read = lambda cell: words.code(text_of(cell))  # noqa: E731
    else:
        read = text_of
    if not column.nullable:
        return read
    return lambda cell: None if isinstance(cell, str) and cell.lower() == "null" else read(cell)


def clean(cell: Cell) -> Cell:
    """A cell without spaces around it, None if nothing is left. Raises CellTrouble for what no column takes."""
    if not isinstance(cell, str):
        return cell
    text = cell.strip()
    if not text:
        return None
    if len(text) > LONGEST_CELL:
        raise CellTrouble("cell_too_long", _TOO_LONG, most=LONGEST_CELL)
    if text[0] == "'" and text.startswith(_GUARDED):
        text = text[1:].strip()
    elif text[0] == "#" and text in _ERRORS:
        raise CellTrouble("spreadsheet_error", _ERROR)
    return text if text.isascii() else unicodedata.normalize("NFC", text)


def refuse_formula(cell: Cell) -> None:
    """Raise CellTrouble for a cell of a workbook that holds a formula: its last result may be old, or none at all."""
    if isinstance(cell, str):
        if cell[:1] == "=":
            raise CellTrouble("formula", _FORMULA)
    elif cell is not None and not isinstance(cell, int | float | date | time):
        raise CellTrouble("formula", _FORMULA)


def text_of(cell: Cell) -> str:
    """A cell of a column of text, as its writer saw it. Raises CellTrouble for what a spreadsheet has changed."""
    if isinstance(cell, str):
        if "E+" in cell and _ROUNDED_TEXT.fullmatch(cell):
            raise CellTrouble("changed_by_spreadsheet", _ROUNDED_SAID)
        return cell
    if isinstance(cell, bool):
        return "yes" if cell else "no"
    if isinstance(cell, int | float):
        if abs(cell) >= _ROUNDED:
            raise CellTrouble("changed_by_spreadsheet", _ROUNDED_SAID)
        return number_text(cell)
    raise CellTrouble("changed_by_spreadsheet", _BECAME_DATE)


def number_text(value: int | float) -> str:
    """A number with the 15 digits that a spreadsheet shows, never with an exponent."""
    if isinstance(value, int) or value.is_integer():
        return str(int(value))
    return f"{value:.15g}" if abs(value) >= 1e-4 else f"{value:.15f}".rstrip("0")


def _parts(text: str) -> list[str]:
    return [part.strip() for part in text.replace("؛", LIST_SEPARATOR).split(LIST_SEPARATOR) if part.strip()]


def _numbers(column: Column, profile: Profile) -> Read:
    kinds = column.definition.get("type", ())
    may_be_text = "string" in kinds and not isinstance(kinds, str)

    def read(cell: Cell) -> Any:
        if isinstance(cell, datetime | date | time):
            raise CellTrouble("changed_by_spreadsheet", _BECAME_DATE)
        if isinstance(cell, str):
            text = read_number(cell, profile.decimal, profile.thousands)
        else:
            text = number_text(cell) if cell is not None and isfinite(cell) else str(cell)
            if not text.strip("-").replace(".", "").isdigit():
                raise CellTrouble("invalid_number", _NO_FINITE)
        whole, _, part = text.partition(".")
        if column.kind == "integer":
            if part.strip("0"):
                raise CellTrouble("invalid_number", _NO_WHOLE)
            return int(whole) if len(whole) < 19 else text
        if may_be_text and len(text) > 15:
            return text
        return int(whole) if not part and len(whole) < 19 else float(text)

    return read


def _booleans(column: Column, profile: Profile) -> Read:
    words = YesOrNo(column, profile)
    return lambda cell: cell if isinstance(cell, bool) else words.value(text_of(cell))


def _days(profile: Profile) -> Read:
    def read(cell: Cell) -> str:
        if isinstance(cell, datetime):
            return of_cell(cell, profile.dates).date().isoformat()
        return read_day(date_text(cell), profile.dates).isoformat()

    return read


def date_text(cell: Cell) -> str:
    """The text of a cell that should hold a date. Raises CellTrouble if it holds another kind of value."""
    if isinstance(cell, str):
        return cell
    raise CellTrouble("invalid_date", _NO_DATE_CELL)
