"""What this process took over of each partition, shared by the stream and its housekeeping."""

from __future__ import annotations

import hmac
import time
from dataclasses import dataclass
from hashlib import sha256

Place = tuple[str, int]
#: How every record of the stack's own in an intake topic begins.
MARK = b"corridor-roll:"


@dataclass(slots=True)
class Last:
    """The last record of a partner: its offset, the broker's time of it (Unix ms), and when we saw it (monotonic)."""

    offset: int
    at_ms: int
    seen: float


class Taken:
    """The last record of each partition. One thread writes; others may read at any time.

    It also knows the stack's own records in an intake topic, which make the broker close a segment: only who holds
    `secret` can write one that is taken for such.
    """

    def __init__(self, secret: str) -> None:
        self._secret = secret.encode()
        self._marks: dict[Place, bytes] = {}
        self.last: dict[Place, Last] = {}

    def saw(self, topic: str, partition: int, offset: int, at_ms: int) -> None:
        """A record of a partner passed."""
        known = self.last.get((topic, partition))
        if known is None:
            self.last[topic, partition] = Last(offset, at_ms, time.monotonic())
        else:
            known.offset, known.at_ms, known.seen = offset, at_ms, time.monotonic()

    def mark(self, topic: str, partition: int) -> bytes:
        """The value of the stack's own record in this partition."""
        place = topic, partition
        if place not in self._marks:
            digest = hmac.new(self._secret, f"intake|{topic}|{partition}".encode(), sha256).hexdigest()
            self._marks[place] = MARK + digest.encode()
        return self._marks[place]

    def is_own(self, topic: str, partition: int, value: bytes) -> bool:
        """True for such a record, which is no event."""
        return hmac.compare_digest(value, self.mark(topic, partition))
