"""One canary: its event, and when it was seen where."""

from __future__ import annotations

import json
import secrets
from dataclasses import dataclass, field
from datetime import UTC, datetime

from ingestion.canary.stations import STATIONS

PROGRAMME = "OPS"
PARTNER = "corridor-canary"
SOURCE = "urn:corridor:canary"
#: It counts nothing: no use of a service point that does not exist.
TYPE = "service_point.usage.v1"
#: Records that canaries take turns with, so that every partition is walked.
_RECORDS = 12


@dataclass
class Canary:
    """Times are Unix seconds; `seen` holds one for each station that was reached."""

    city: str
    sent_at: float
    canary_id: str = ""
    seen: dict[str, float] = field(default_factory=dict)
    place: tuple[int, int] | None = None
    load_id: int | None = None
    problem: str = ""
    #: The first station that was not reached in time.
    late_at: str = ""
    #: Something is to be written.
    changed: bool = True

    def __post_init__(self) -> None:
        if not self.canary_id:
            self.canary_id = f"{self.moment:%Y%m%dT%H%M%SZ}-{secrets.token_hex(3)}"

    @property
    def moment(self) -> datetime:
        """When it was sent."""
        return datetime.fromtimestamp(self.sent_at, UTC)

    @property
    def is_home(self) -> bool:
        """True if it reached every station."""
        return len(self.seen) == len(STATIONS)

    def reach(self, station: str, at: float) -> None:
        """Note that it was seen there, once."""
        if station not in self.seen:
            self.seen[station] = at
            self.changed = True

    def mark_late(self, now: float) -> None:
        """Note the first station of its way that it has not reached in time."""
        for station in STATIONS:
            if not self.late_at and station.name not in self.seen and now - self.sent_at > station.limit:
                self.late_at, self.changed = station.name, True

    def body(self) -> bytes:
        """The event as CloudEvents JSON."""
        day = f"{self.moment:%Y-%m-%d}"
        event = {
            "specversion": "1.0",
            "id": self.canary_id,
            "source": SOURCE,
            "type": TYPE,
            "subject": f"canary-{int(self.sent_at // 60) % _RECORDS}",
            "time": f"{self.moment:%Y-%m-%dT%H:%M:%S}Z",
            "programme": PROGRAMME,
            "city": self.city,
            "data": {
                "service_point": "canary",
                "period": {"start": day, "end": day, "precision": "day"},
                "transactions": {"other": 0},
            },
        }
        return json.dumps(event).encode()
