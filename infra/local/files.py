"""Small files of the stack: written whole or not at all, and readable by their owner only where they hold secrets."""

from __future__ import annotations

import os
import stat
import tempfile
from pathlib import Path
from typing import TextIO


def write_private(path: Path, text: str) -> None:
    """Write `text` to `path` with mode 0600, replacing it in one step."""
    write_whole(path, text, mode=0o600)


def open_private(path: Path) -> TextIO:
    """Open `path` for writing line by line, empty and with mode 0600 even if it was there before."""
    file = os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8")
    if stat.S_ISREG(os.fstat(file.fileno()).st_mode):  # not a device such as /dev/stdout
        os.fchmod(file.fileno(), 0o600)
    return file


def write_whole(path: Path, text: str, mode: int = 0o644) -> None:
    """Write `text` to `path` in one step, so that an interruption leaves the old file or the new one."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            os.fchmod(file.fileno(), mode)
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        os.replace(temporary, path)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise


def read_or_none(path: Path) -> str | None:
    """The text of `path` without its last line end, or None if there is no such file."""
    try:
        return path.read_text(encoding="utf-8").strip()
    except FileNotFoundError:
        return None
