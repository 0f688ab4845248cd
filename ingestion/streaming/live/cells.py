"""What is counted together, what has been counted of it, and both as the bytes that the state holds."""

from __future__ import annotations

import struct
from dataclasses import dataclass
from typing import Literal, NamedTuple

#: hour: events of a programme, city and type by hour of event time; minute: the same by minute; partner: records that
#: a partner sent, by five minutes of receipt.
Kind = Literal["hour", "minute", "partner"]

SECONDS: dict[Kind, int] = {"hour": 3600, "minute": 60, "partner": 300}
_LETTERS: dict[Kind, bytes] = {"hour": b"h", "minute": b"m", "partner": b"p"}
_TALLY = struct.Struct(">QQQ")


class Cell(NamedTuple):
    """`start` is in seconds since 1970; `name` a city, or a partner with an empty `type`."""

    kind: Kind
    start: int
    programme: str
    name: str
    type: str

    def key(self) -> bytes:
        """Keys of a kind lie in the order of their start."""
        return start_of(self.kind, self.start) + f"{self.programme}\x00{self.name}\x00{self.type}".encode()


def start_of(kind: Kind, start: int) -> bytes:
    """The first key of a kind that a cell with this start can have. Starts before 1970 keep their order."""
    return _LETTERS[kind] + struct.pack(">Q", start + (1 << 62))


@dataclass(slots=True)
class Tally:
    """Absolute counts of a cell within one Kafka partition."""

    events: int = 0
    late_events: int = 0
    #: Microseconds since 1970.
    last_received: int = 0
    #: Of the last event that was counted here; not part of the state.
    last_offset: int = -1

    def plus(self, stored: bytes | None) -> Tally:
        """With what the state holds already."""
        if stored is None:
            return self
        events, late_events, last_received = _TALLY.unpack(stored)
        return Tally(
            self.events + events,
            self.late_events + late_events,
            max(self.last_received, last_received),
            self.last_offset,
        )

    def packed(self) -> bytes:
        """For the state."""
        return _TALLY.pack(self.events, self.late_events, max(self.last_received, 0))
