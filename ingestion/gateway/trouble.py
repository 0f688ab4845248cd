"""Log that something failed without repeating what somebody sent."""

from __future__ import annotations

import logging

logger = logging.getLogger("corridor.gateway")


def log_trouble(error: BaseException) -> None:
    """The kind of an unforeseen error and its place: its text or traceback may quote the payload."""
    where = error.__traceback__
    while where is not None and where.tb_next is not None:
        where = where.tb_next
    place = f"{where.tb_frame.f_code.co_name}:{where.tb_lineno}" if where is not None else "-"
    logger.error("request failed error=%s at=%s", type(error).__name__, place)
