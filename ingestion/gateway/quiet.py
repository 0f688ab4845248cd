"""Keep an outage from filling the log: what was said once is not said again for a while."""

from __future__ import annotations

import logging
import time


class Quietly(logging.Filter):
    """Lets one record of each kind through every `seconds`; the kind is the logger, the level and the first word."""

    def __init__(self, seconds: float = 60.0) -> None:
        super().__init__()
        self._seconds = seconds
        self._said: dict[tuple[str, int, str], float] = {}

    def filter(self, record: logging.LogRecord) -> bool:
        """True if the record is to be written."""
        kind = (record.name, record.levelno, record.getMessage().partition(" ")[0])
        now = time.monotonic()
        if now - self._said.get(kind, -self._seconds) < self._seconds:
            return False
        self._said[kind] = now
        return True
