"""CSV, taken apart while it comes in. Nothing is sniffed: the first row alone decides which sign separates cells."""

from __future__ import annotations

import codecs
import csv
from collections.abc import Callable, Iterator
from io import StringIO

from ingestion.files.rows import MOST_ROWS, Row
from ingestion.files.trouble import CellTrouble, FileTrouble
from ingestion.words import _t

#: Of one row, with all line breaks within its cells, in characters.
LONGEST_ROW = 256 * 1024
DELIMITERS = (",", ";", "\t")
_MOST_BROKEN = 100
_SIGNATURE = 4
_MOST_AWAITED = 64 * 1024
_ANNOUNCED = "sep="  # a first line of some spreadsheets, such as sep=;

csv.field_size_limit(LONGEST_ROW)

_BROKEN = _t(
    "The quotation marks of this row do not fit: a cell that begins with one must end with one, and one within it is "
    "written twice."
)
_MANY_BROKEN = _t("The quotation marks of too many rows do not fit: save the file again as CSV UTF-8.")
_ROW_TOO_LONG = _t("Row {row} is longer than any row can be: look for a quotation mark that is never closed.")
_NOT_UTF8 = _t(
    "The file is not UTF-8 from row {row} on, so letters such as é or ñ cannot be read. In Excel choose Save as and "
    "the file type CSV UTF-8, or send the .xlsx file itself. Rows before it were taken; sending all again is safe."
)
_UTF16 = _t(
    "The file is saved as Unicode text (UTF-16). In Excel choose Save as and the file type CSV UTF-8, or send the "
    ".xlsx file itself."
)
_NOT_DECLARED = _t("The file is not in the encoding {encoding} that your organisation declared, from row {row} on.")
_NOT_CSV = _t("This is no CSV file. Save the table as CSV UTF-8 or as .xlsx and send it again.")
_TOO_MANY = _t("A file may hold {most} rows: split it into several files. The rows before were taken.")

#: Signatures of what is sent as CSV by mistake: old and protected workbooks, ZIP, PDF, gzip, photographs.
_OTHERS = (b"\xd0\xcf\x11\xe0", b"PK\x03\x04", b"%PDF", b"\x1f\x8b", b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"RIFF")


class CsvRows:
    """Feed it bytes; it gives the rows that are complete. Memory does not grow with the file."""

    def __init__(self, encoding: str, choose: Callable[[dict[str, list[str]]], str]) -> None:
        """`choose` is given the first row as each delimiter would part it, and answers with the delimiter."""
        self.delimiter: str | None = None
        #: True once a NUL character came: then every event is looked through for one.
        self.holds_nul = False
        self._encoding = encoding
        self._decoder = codecs.getincrementaldecoder("utf-8-sig" if encoding == "utf-8" else encoding)()
        self._choose = choose
        self._text = ""
        self._enough = 0
        self._number = 0
        self._broken = 0
        #: The first bytes, until there are enough to tell what they are.
        self._head: bytes | None = b""

    def feed(self, chunk: bytes) -> Iterator[Row]:
        """The rows that `chunk` completes. Raises FileTrouble when the file cannot be read from here on."""
        if self._head is not None:
            self._head += chunk
            if len(self._head) < _SIGNATURE:
                return
            chunk, self._head = self._head, None
            self._refuse_others(chunk)
        try:
            text = self._decoder.decode(chunk)
        except UnicodeError as error:
            # What came before the broken byte is still right, and its sender should know which row to look at.
            known = error.object[: error.start] if isinstance(error, UnicodeDecodeError) else b""
            yield from self._take(known.decode(self._encoding, "ignore") if known else "", last=False)
            raise self._undecodable() from None
        yield from self._take(text, last=False)

    def finish(self) -> Iterator[Row]:
        """The rows that are left when nothing more comes."""
        try:
            text = self._decoder.decode(self._head or b"", final=True)
        except UnicodeError:
            raise self._undecodable() from None
        yield from self._take(text, last=True)

    def _take(self, text: str, *, last: bool) -> Iterator[Row]:
        self.holds_nul = self.holds_nul or "\0" in text
        self._text += text
        if len(self._text) < self._enough and not last:
            return
        self._enough = 0
        while self._text:
            ready, rest = (self._text, "") if last else _whole_lines(self._text)
            if self.delimiter is None and ready:
                ready = self._settle_delimiter(ready, last=last)
                if self.delimiter is None:
                    self._wait(ready)
                    break
            used, broken = 0, False
            for row, used, broken in self._parse(ready, last=last):  # noqa: B007
                self._number += 1
                if self._number > MOST_ROWS + 1:
                    raise FileTrouble("too_many_rows", _TOO_MANY, most=f"{MOST_ROWS:,}")
                yield row
            self._text = ready[used:] + rest
            if not broken:
                self._wait(ready[used:])
                break
        if len(self._text) > LONGEST_ROW:
            raise FileTrouble("row_too_long", _ROW_TOO_LONG, row=self._number + 1)

    def _wait(self, unfinished: str) -> None:
        """Try again when clearly more has come: else a row in a thousand pieces would be parsed a thousand times."""
        size = len(unfinished)
        self._enough = len(self._text) + min(size, _MOST_AWAITED)

    def _parse(self, text: str, *, last: bool) -> Iterator[tuple[Row, int, bool]]:
        """Each row with how much of `text` is used up to its end, and whether parsing must begin anew there."""
        lines = list(StringIO(text, newline=""))
        reader = csv.reader(iter(lines), delimiter=self.delimiter or ",", strict=True)
        used = line = 0
        while line < len(lines):
            try:
                cells = next(reader)
            except StopIteration:
                return
            except csv.Error:
                if reader.line_num >= len(lines) and not last and len(text) - used <= LONGEST_ROW:
                    return  # the row goes on in what is still to come
                self._broken += 1
                if self._broken > _MOST_BROKEN:
                    raise FileTrouble("broken_quotes", _MANY_BROKEN) from None
                # The line alone is given up: an open quotation mark may have swallowed rows that are right.
                trouble = CellTrouble("broken_quotes", _BROKEN)
                yield Row(self._number + 1, [lines[line].rstrip("\r\n")], trouble), used + len(lines[line]), True
                return
            used += sum(map(len, lines[line : reader.line_num]))
            line = reader.line_num
            yield Row(self._number + 1, cells), used, False

    def _settle_delimiter(self, text: str, *, last: bool) -> str:
        if text.lower().startswith(_ANNOUNCED) and len(text) > 4 and text[4] in DELIMITERS:
            self.delimiter = text[4]
            self._number += 1
            return text[5:].lstrip("\r").removeprefix("\n")
        found: dict[str, list[str]] = {}
        for delimiter in DELIMITERS:
            try:
                found[delimiter] = next(csv.reader(StringIO(text, newline=""), delimiter=delimiter, strict=True))
            except (csv.Error, StopIteration):
                continue
        if len(found) < len(DELIMITERS) and not last and len(text) <= LONGEST_ROW:
            return text  # by one of them the first row may go on in what is still to come
        if not found:
            raise FileTrouble("not_csv", _NOT_CSV)
        self.delimiter = self._choose(found)
        return text

    def _refuse_others(self, chunk: bytes) -> None:
        if chunk.startswith(_OTHERS):
            raise FileTrouble("not_csv", _NOT_CSV)
        if self._encoding != "utf-16" and (chunk[:2] in (b"\xff\xfe", b"\xfe\xff") or b"\0" in chunk[1:4:2]):
            raise FileTrouble("wrong_encoding", _UTF16)

    def _undecodable(self) -> FileTrouble:
        if self._encoding == "utf-8":
            return FileTrouble("wrong_encoding", _NOT_UTF8, row=self._number + 1)
        return FileTrouble("wrong_encoding", _NOT_DECLARED, encoding=self._encoding, row=self._number + 1)


def _whole_lines(text: str) -> tuple[str, str]:
    """What ends with a line break, and the rest. A carriage return at the end may be half of a line break."""
    end = max(text.rfind("\n"), text.rfind("\r", 0, len(text) - 1)) + 1
    return text[:end], text[end:]
