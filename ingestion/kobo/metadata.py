"""What KoboToolbox adds to every submission by itself: never data, and mostly about devices and people."""

from __future__ import annotations

#: What may be used as the time of an event, and for nothing else.
TIMES = frozenset({"start", "end", "today", "_submission_time"})
#: Who and which device: never read, whatever a mapping says.
_NEVER = frozenset(
    {
        "username", "deviceid", "device_id", "subscriberid", "simserial", "simid", "phonenumber", "devicephonenum",
        "audit", "background-audio", "instanceID",
    }
)  # fmt: skip
_NEVER_BEGINNINGS = ("_", "meta/", "formhub/")


def is_metadata(question: str) -> bool:
    """True for what a form's author did not ask: it needs no mention in a mapping."""
    return question in TIMES or is_forbidden(question)


def is_forbidden(question: str) -> bool:
    """True for what no event may hold: position, device, user, attachments, ids of the submission."""
    if question in TIMES:
        return False
    return question in _NEVER or question.startswith(_NEVER_BEGINNINGS)
