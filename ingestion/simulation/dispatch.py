"""One sending of one event, and what the gateway must answer."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any


@dataclass(frozen=True)
class Dispatch:
    """`kind` is create, correct, void, duplicate, target or bad; `code` what a bad event is refused with.

    `sender` is the city's code, or the programme's for what no city sends. `is_late`: sent weeks after it happened.
    """

    event: dict[str, Any]
    sender: str
    sent_at: datetime
    kind: str
    code: str | None = None
    is_late: bool = False

    def again(self, at: datetime) -> Dispatch:
        """The very same event, sent once more."""
        return replace(self, sent_at=at, kind="duplicate", is_late=False)
