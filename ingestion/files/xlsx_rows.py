"""The first sheet of an XLSX, row by row, read in a thread of its own so that others are served meanwhile."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from io import BytesIO
from queue import Empty, Full, Queue
from typing import Any

from ingestion.files.header import MOST_COLUMNS, too_many_columns
from ingestion.files.rows import MOST_ROWS, Row
from ingestion.files.trouble import FileTrouble
from ingestion.files.xlsx_check import check_xlsx, not_xlsx
from ingestion.words import _t

_SLICE = 200
_MOST_SLICES = 8
_NO_SHEET = _t("The file has no sheet with a table: fill in the first sheet of the template.")
_TOO_MANY = _t("A file may hold {most} rows: split it into several files. The rows before were taken.")

Slice = list[Row] | FileTrouble | None


class XlsxRows:
    """Reads ahead by a few hundred rows. `stop` ends the thread early."""

    def __init__(self, content: bytes) -> None:
        self._content: bytes | None = content
        self._slices: Queue[Slice] = Queue(_MOST_SLICES)
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._read, name="xlsx", daemon=True)
        self._thread.start()

    def next(self) -> list[Row]:
        """The next rows, [] at the end; waits for them. Raises FileTrouble."""
        while True:
            try:
                found = self._slices.get(timeout=1.0)
            except Empty:
                if self._thread.is_alive():
                    continue
                return []
            if isinstance(found, FileTrouble):
                raise found
            return found or []

    def stop(self) -> None:
        """Read no further."""
        self._stopped.set()

    def _read(self) -> None:
        content, self._content = self._content, None
        assert content is not None
        try:
            check_xlsx(content)
            rows: list[Row] = []
            for row in _rows(content):
                rows.append(row)
                if len(rows) >= _SLICE:
                    if not self._give(rows):
                        return
                    rows = []
            self._give(rows) and self._give(None)
        except FileTrouble as trouble:
            self._give(trouble)
        except Exception:
            # openpyxl raises nearly anything for a damaged part, and its text may quote a cell.
            self._give(not_xlsx())

    def _give(self, found: Slice) -> bool:
        if found == []:
            return True
        while not self._stopped.is_set():
            try:
                self._slices.put(found, timeout=0.5)
                return True
            except Full:
                continue
        return False


def _rows(content: bytes) -> Iterator[Row]:
    """Every row that holds something, by its number in the sheet. Raises FileTrouble, and what openpyxl raises."""
    from openpyxl import load_workbook

    book = load_workbook(BytesIO(content), read_only=True, data_only=False, keep_links=False)
    try:
        sheet: Any = next((sheet for sheet in book.worksheets if sheet.sheet_state == "visible"), None)
        if sheet is None:
            raise FileTrouble("no_sheet", _NO_SHEET)
        # What a sheet says about its own size may be wrong.
        sheet.reset_dimensions()
        # Without max_col: with it, every row would be filled up to there.
        for number, cells in enumerate(sheet.iter_rows(values_only=True), start=1):
            if any(cell is not None for cell in cells):
                if number > MOST_ROWS + 1:
                    raise FileTrouble("too_many_rows", _TOO_MANY, most=f"{MOST_ROWS:,}")
                if any(cell is not None for cell in cells[MOST_COLUMNS:]):
                    raise too_many_columns()
                yield Row(number, cells[:MOST_COLUMNS])
            elif number > 2 * MOST_ROWS + 100_000:
                return
    finally:
        book.close()
