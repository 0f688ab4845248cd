"""What the gateway answers when a write could not be made durable."""

from __future__ import annotations

from ingestion.gateway.answers import NOT_DURABLE, OVERLOADED, Problem
from ingestion.gateway.spool_errors import AboveMark, NotStored, Overloaded, SpoolFull
from ingestion.words import _t

#: An outage that filled the spool does not end within seconds.
_LATER = ((b"retry-after", b"30"),)

ABOVE_MARK = Problem(
    503,
    "spool_above_mark",
    _t("The events could not be stored"),
    _t(
        "The log has been away for so long that no more can be kept for it. Nothing of this request was stored: "
        "send the same events with the same ids again later."
    ),
    _LATER,
)
FULL = Problem(
    507,
    "spool_full",
    _t("The events could not be stored"),
    _t(
        "The log is away and the disk of the gateway is full. Nothing of this request was stored: send the same "
        "events with the same ids again later."
    ),
    _LATER,
)


def problem_of(trouble: NotStored) -> Problem:
    """The answer for a write that raised `trouble`."""
    if isinstance(trouble, AboveMark):
        return ABOVE_MARK
    if isinstance(trouble, SpoolFull):
        return FULL
    return OVERLOADED if isinstance(trouble, Overloaded) else NOT_DURABLE
