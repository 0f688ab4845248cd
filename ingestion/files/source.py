"""The rows of a file while it comes in, whichever kind of table it is: told by its first bytes, not by its name."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Iterator
from contextlib import aclosing

from ingestion.contracts.columns import Column
from ingestion.files.crowd import turn_of_workbooks
from ingestion.files.csv_rows import DELIMITERS, CsvRows
from ingestion.files.header import plain
from ingestion.files.rows import Row
from ingestion.files.trouble import FileTrouble
from ingestion.files.xlsx_check import LARGEST, TOO_LARGE, not_xlsx
from ingestion.files.xlsx_rows import XlsxRows
from ingestion.words import _t

#: Taken apart at once: about 2 ms of work.
_PIECE = 32 * 1024
_SLICE = 500
LARGEST_CSV = 256 * 1024 * 1024
_ZIP = b"PK\x03\x04"
_OLD_WORKBOOK = b"\xd0\xcf\x11\xe0"
_CSV_TOO_LARGE = _t("A file may hold {most} MiB: split it into several files. The rows before were taken.")


class Source:
    """Gives rows a few hundred at a time. `known`: names of columns, by which a CSV's delimiter is told."""

    def __init__(self, stream: AsyncIterator[bytes], encoding: str, known: dict[str, Column | None]) -> None:
        self._stream = stream
        self._encoding = encoding
        self._known = known
        self._csv: CsvRows | None = None
        self.is_workbook = False

    @property
    def delimiter(self) -> str:
        """What parts the cells; a comma for a workbook."""
        return (self._csv.delimiter if self._csv is not None else None) or ","

    @property
    def may_hold_nul(self) -> bool:
        """True if events must be looked through for NUL characters."""
        return self.is_workbook or (self._csv is not None and self._csv.holds_nul)

    async def slices(self) -> AsyncGenerator[list[Row], None]:
        """Rows in their order. Raises FileTrouble after all rows before it were given."""
        head = b""
        async for chunk in self._stream:
            head += chunk
            if len(head) >= len(_ZIP):
                break
        if head.startswith(_OLD_WORKBOOK):
            raise not_xlsx()
        self.is_workbook = head.startswith(_ZIP)
        rows = self._of_workbook(head) if self.is_workbook else self._of_csv(head)
        async with aclosing(rows):
            async for some in rows:
                yield some

    async def _of_csv(self, head: bytes) -> AsyncGenerator[list[Row], None]:
        self._csv = reader = CsvRows(self._encoding, self._choose)
        size = 0
        async for chunk in _with_head(head, self._stream):
            size += len(chunk)
            if size > LARGEST_CSV:
                raise FileTrouble("file_too_large", _CSV_TOO_LARGE, most=LARGEST_CSV // 2**20)
            for start in range(0, len(chunk), _PIECE):
                async for some in _kept(reader.feed(chunk[start : start + _PIECE])):
                    yield some
        async for some in _kept(reader.finish()):
            yield some

    async def _of_workbook(self, head: bytes) -> AsyncGenerator[list[Row], None]:
        content = bytearray()
        async for chunk in _with_head(head, self._stream):
            content += chunk
            if len(content) > LARGEST:
                raise TOO_LARGE
        async with turn_of_workbooks():
            workbook = XlsxRows(bytes(content))
            del content
            try:
                while some := await asyncio.to_thread(workbook.next):
                    yield some
            finally:
                workbook.stop()

    def _choose(self, found: dict[str, list[str]]) -> str:
        """The delimiter that gives the most known names; of equal ones the most cells."""

        def known(delimiter: str) -> tuple[int, int, int]:
            cells = found[delimiter]
            return sum(plain(cell) in self._known for cell in cells), len(cells), -DELIMITERS.index(delimiter)

        return max(found, key=known)


async def _with_head(head: bytes, stream: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    yield head
    async for chunk in stream:
        yield chunk


async def _kept(rows: Iterator[Row]) -> AsyncIterator[list[Row]]:
    """The rows in lists; if reading fails among them, those before it come first.

    A row that was thought unfinished may free thousands at once, so others get their turn in between.
    """
    some: list[Row] = []
    try:
        for row in rows:
            some.append(row)
            if len(some) >= _SLICE:
                yield some
                some = []
                await asyncio.sleep(0)
    except FileTrouble:
        yield some
        raise
    if some:
        yield some
