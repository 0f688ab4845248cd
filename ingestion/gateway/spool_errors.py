"""Why a write could not be made durable. In each case nothing of it is promised."""

from __future__ import annotations

import errno
import os
import sqlite3
from pathlib import Path

_FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
#: With less, SQLite fails to make its files and does not say that the disk is full.
_NOTHING_LEFT = 64 * 1024


class NotStored(RuntimeError):
    """The log did not take a write; the message says why and what the operator can do."""


class Overloaded(NotStored):
    """Too many bytes wait for the disk at this moment."""


class AboveMark(NotStored):
    """Kafka cannot answer and the spool holds as much as it may."""


class SpoolFull(NotStored):
    """Kafka cannot answer and the disk of the spool is full, or nearly."""


class Unavailable(NotStored):
    """Neither Kafka nor the spool works."""


def named(error: OSError | sqlite3.Error, folder: Path) -> NotStored:
    """What an error of the file or of SQLite in `folder` means."""
    number = error.errno if isinstance(error, OSError) else None
    if number in _FULL or (isinstance(error, sqlite3.Error) and _is_full(error, folder)):
        return SpoolFull(f"The disk of the spool {folder} is full ({error}): free some space.")
    if number == errno.EWOULDBLOCK:
        return Unavailable(f"Another gateway uses the spool {folder}: give each its own CORRIDOR_GATEWAY_FOLDER.")
    return Unavailable(f"The spool {folder} cannot be used ({error}): make the folder writable for the gateway.")


def code_of(error: sqlite3.Error) -> int:
    """SQLite's primary result code."""
    return (getattr(error, "sqlite_errorcode", None) or 0) & 0xFF


def _is_full(error: sqlite3.Error, folder: Path) -> bool:
    if code_of(error) == sqlite3.SQLITE_FULL:
        return True
    try:
        left = os.statvfs(folder)
    except OSError:
        return False
    return left.f_bavail * left.f_frsize < _NOTHING_LEFT
