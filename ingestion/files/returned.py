"""Refused rows as a file in the partner's own columns, with a column that says what to mend."""

from __future__ import annotations

import asyncio
import csv
from collections.abc import AsyncIterator, Sequence
from datetime import date, datetime, time
from io import BytesIO, StringIO

from ingestion.files.cells import Cell, number_text
from ingestion.files.header import REASON
from ingestion.files.rejections import Refused, Table
from ingestion.gateway.refusal import Refusal
from ingestion.words import _t, say

_FORMULA_SIGNS = ("=", "+", "-", "@", "\t", "\r")
_IN_COLUMN = _t("{column}: {reason}")


async def as_csv(table: Table, rows: AsyncIterator[Refused], language: str) -> bytes:
    """UTF-8 with a byte order mark, so that spreadsheets read it right; cells separated as in the sent file."""
    kept = [row async for row in rows]
    return await asyncio.to_thread(_csv, table, kept, language)


def _csv(table: Table, rows: Sequence[Refused], language: str) -> bytes:
    text = StringIO(newline="")
    writer = csv.writer(text, delimiter=table.delimiter)
    writer.writerow([_guarded(name) for name in (*table.names, say(language, REASON))])
    for row in rows:
        cells = _fitted(row.cells, len(table.names))
        written = [_csv_text(cell, table.decimal) for cell in cells]
        writer.writerow([*map(_guarded, written), _guarded(_reason(row, language))])
    return b"\xef\xbb\xbf" + text.getvalue().encode("utf-8", "replace")


async def as_xlsx(table: Table, rows: AsyncIterator[Refused], language: str) -> bytes:
    """One sheet; numbers and dates stay what they were, everything else is text: no cell is a formula."""
    kept = [row async for row in rows]
    return await asyncio.to_thread(_workbook, table, kept, language)


def _workbook(table: Table, rows: Sequence[Refused], language: str) -> bytes:
    from openpyxl import Workbook
    from openpyxl.cell import WriteOnlyCell

    book = Workbook(write_only=True)
    sheet = book.create_sheet()
    sheet.sheet_view.rightToLeft = language == "ar"

    def written(cell: Cell) -> WriteOnlyCell | Cell:
        if not isinstance(cell, str):
            return cell
        kept = WriteOnlyCell(sheet, value="".join(c for c in cell if c in "\t\n" or ord(c) >= 32))
        kept.data_type = "s"
        kept.number_format = "@"
        return kept

    sheet.append([written(name) for name in (*table.names, say(language, REASON))])
    for row in rows:
        sheet.append([written(cell) for cell in (*_fitted(row.cells, len(table.names)), _reason(row, language))])
    file = BytesIO()
    book.save(file)
    return file.getvalue()


def _reason(row: Refused, language: str) -> str:
    return " ".join(_said(*each, language) for each in ((row.column, row.refusal), *row.others))


def _said(column: str | None, refusal: Refusal, language: str) -> str:
    reason = refusal.say(language)
    names_it = column is None or refusal.params.get("name") == column
    return reason if names_it else say(language, _IN_COLUMN, column=column, reason=reason)


def _fitted(cells: Sequence[Cell], names: int) -> list[Cell]:
    """As many cells as there are names; what stood beyond them comes back in the last one's place to be seen."""
    kept = list(cells)
    while len(kept) > names and kept[-1] in (None, ""):
        kept.pop()
    return kept + [None] * (names - len(kept))


def _csv_text(cell: Cell, decimal: str | None) -> str:
    if cell is None:
        return ""
    if isinstance(cell, bool):
        return "yes" if cell else "no"
    if isinstance(cell, int | float):
        text = number_text(cell) if abs(cell) < 1e300 else str(cell)
        # With three decimals it could be read as thousands when it comes back.
        text += "0" if len(text.partition(".")[2]) == 3 else ""
        return text.replace(".", ",") if decimal == "," else text
    if isinstance(cell, datetime):
        return cell.date().isoformat() if cell.time() == time(0) else cell.isoformat(" ")
    return cell.isoformat() if isinstance(cell, date | time) else cell


def _guarded(text: str) -> str:
    """`text` so that no spreadsheet runs it as a formula; a plain negative number stays one."""
    if not text.startswith(_FORMULA_SIGNS) or text[1:].replace(".", "").replace(",", "").isdigit():
        return text
    return f"'{text}"
