"""Look at a spool from outside the gateway: it may be running or dead, nothing is changed."""

from __future__ import annotations

import sqlite3
from pathlib import Path
from urllib.parse import quote

from infra.settings import Settings
from ingestion.gateway.spool_file import NAME, Totals, totals


class SpoolLookError(RuntimeError):
    """The file cannot be read; the message says why and what to do."""


def spool_path(settings: Settings) -> Path:
    """Where the gateway of this stack keeps its spool; there is a file only after Kafka could not answer."""
    return Path(settings.env.get("CORRIDOR_GATEWAY_FOLDER") or settings.home / "gateway") / "spool" / NAME


def look(path: Path) -> Totals:
    """What the spool at `path` holds; all zero if there is no file. Raises SpoolLookError."""
    if not path.exists():
        return Totals()
    connection = None
    try:
        connection = sqlite3.connect(f"file:{quote(str(path))}?mode=ro", uri=True, timeout=5.0)
        return totals(connection)
    except sqlite3.Error as error:
        if not path.exists():
            return Totals()
        raise SpoolLookError(
            f"The spool {path} cannot be read ({error}): run this as the user of the gateway; "
            "if the file is damaged, the gateway sets it aside when it starts."
        ) from error
    finally:
        if connection is not None:
            connection.close()
