"""Save a workbook so that the same content always gives the same bytes."""

from __future__ import annotations

import io
import re
import zipfile

from openpyxl import Workbook

_NO_TIME = (1980, 1, 1, 0, 0, 0)
_STAMP = re.compile(rb"(<dcterms:(created|modified)[^>]*>)[^<]*")


def workbook_bytes(book: Workbook) -> bytes:
    """The .xlsx file: without the times at which it was made, which a saved workbook holds in two places."""
    saved = io.BytesIO()
    book.save(saved)
    fixed = io.BytesIO()
    with zipfile.ZipFile(saved) as source, zipfile.ZipFile(fixed, "w", zipfile.ZIP_DEFLATED) as target:
        for entry in source.infolist():
            content = source.read(entry)
            if entry.filename == "docProps/core.xml":
                content = _STAMP.sub(rb"\g<1>1980-01-01T00:00:00Z", content)
            info = zipfile.ZipInfo(entry.filename, date_time=_NO_TIME)
            info.compress_type = zipfile.ZIP_DEFLATED
            info.external_attr = 0o600 << 16
            target.writestr(info, content)
    return fixed.getvalue()
