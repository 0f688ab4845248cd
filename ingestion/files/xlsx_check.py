"""Look at the directory of an XLSX (a ZIP) before anything is unpacked: bombs, macros, links to other files."""

from __future__ import annotations

import re
from io import BytesIO
from zipfile import ZIP_DEFLATED, ZIP_STORED, BadZipFile, ZipFile

from ingestion.files.trouble import FileTrouble
from ingestion.words import _t

LARGEST = 20 * 1024 * 1024
_MOST_PARTS = 500
_MOST_INFLATED = 400 * 1024 * 1024
#: A part that unpacks to more than _SMALL may be at most so many times its packed size; real sheets stay below 60.
_MOST_RATIO = 150
_SMALL = 8 * 1024 * 1024
#: Held in memory as a whole when read.
_MOST_STRINGS = 48 * 1024 * 1024
_MOST_OTHER = 16 * 1024 * 1024
_MACROS = re.compile(r"(vbaproject\.bin|macrosheets/|activex/|\.exe$|\.bin\.exe$)")
_ARCHIVES = (".zip", ".gz", ".xlsx", ".xlsm", ".xls", ".7z", ".rar")
_SHEET = re.compile(r"xl/worksheets/[^/]+\.xml")
_DECLARATION = re.compile(rb"<!(DOCTYPE|ENTITY)")

TOO_LARGE = FileTrouble(
    "xlsx_too_large",
    _t("An .xlsx file may hold {most} MiB: split it into several files, or save it as CSV UTF-8, which may be larger."),
    most=LARGEST // 2**20,
)
_NOT_XLSX = _t(
    "This is no .xlsx file, or it is damaged or protected by a password. Open it in your spreadsheet, take the "
    "password away, and save it as .xlsx (not .xls) or as CSV UTF-8."
)
_INFLATES = _t("This .xlsx file unpacks to far more than a table of this size can be: copy the table into a new file.")
_HOLDS_MORE = _t(
    "This .xlsx file holds macros, other files or links to other files. Copy the table into a new file, paste it as "
    "values, and save that as .xlsx."
)


def check_xlsx(content: bytes) -> None:
    """Raise FileTrouble for what must not be unpacked or read."""
    try:
        with ZipFile(BytesIO(content)) as archive:
            _check(archive)
    except (BadZipFile, NotImplementedError, RuntimeError, EOFError, OSError, ValueError, KeyError) as error:
        raise FileTrouble("not_xlsx", _NOT_XLSX) from error


def not_xlsx() -> FileTrouble:
    """The trouble of a workbook that turned out to be damaged while it was read."""
    return FileTrouble("not_xlsx", _NOT_XLSX)


def _check(archive: ZipFile) -> None:
    parts = archive.infolist()
    names = [part.filename for part in parts]
    if "[Content_Types].xml" not in names or len(set(names)) < len(names):
        raise FileTrouble("not_xlsx", _NOT_XLSX)
    if len(parts) > _MOST_PARTS or sum(part.file_size for part in parts) > _MOST_INFLATED:
        raise FileTrouble("xlsx_inflates", _INFLATES)
    for part in parts:
        name = part.filename.lower()
        if part.flag_bits & 0x1 or part.compress_type not in (ZIP_STORED, ZIP_DEFLATED):
            raise FileTrouble("not_xlsx", _NOT_XLSX)
        if _MACROS.search(name) or name.startswith("xl/externallinks/") or name.endswith(_ARCHIVES):
            raise FileTrouble("xlsx_holds_more", _HOLDS_MORE)
        if part.file_size > _SMALL and part.file_size > _MOST_RATIO * max(part.compress_size, 1):
            raise FileTrouble("xlsx_inflates", _INFLATES)
        if part.file_size > _limit(name):
            raise FileTrouble("xlsx_inflates", _INFLATES)
        if name.endswith((".xml", ".rels")):
            _check_xml(archive, part.filename)


def _limit(name: str) -> int:
    if _SHEET.fullmatch(name):
        return _MOST_INFLATED
    return _MOST_STRINGS if name == "xl/sharedstrings.xml" else _MOST_OTHER


def _check_xml(archive: ZipFile, name: str) -> None:
    """No document type, so no entities; and an encoding in which one can be seen."""
    with archive.open(name) as part:
        head = part.read(4096)
    if head[:2] in (b"\xff\xfe", b"\xfe\xff") or b"\0" in head or _DECLARATION.search(head):
        raise FileTrouble("not_xlsx", _NOT_XLSX)
