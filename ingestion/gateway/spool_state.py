"""What an operator wants to know of the spool."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

BREAKER = ("closed", "draining", "open")


@dataclass(frozen=True)
class SpoolState:
    """`oldest_seconds` is the age of the oldest write, 0 if there is none; the totals count since the start."""

    #: `closed`: writes go to Kafka; `open`: Kafka does not answer; `draining`: it does, and gets what waits.
    breaker: str
    events: int
    bytes: int
    oldest_seconds: float
    #: Records that no topic takes; somebody must look at them.
    put_aside: int
    spooled_total: int
    drained_total: int
    #: Why the spool cannot take writes, or empty.
    trouble: str

    def as_dict(self) -> dict[str, Any]:
        """For JSON."""
        return asdict(self)

    def render(self) -> str:
        """The metrics in Prometheus' text format 0.0.4."""
        lines: list[str] = []
        figures = {
            "events gauge": self.events,
            "bytes gauge": self.bytes,
            "oldest_seconds gauge": round(self.oldest_seconds, 3),
            "put_aside gauge": self.put_aside,
            "usable gauge": int(not self.trouble),
            "spooled_total counter": self.spooled_total,
            "drained_total counter": self.drained_total,
        }
        for name, value in figures.items():
            name, kind = name.split()
            lines += [f"# TYPE corridor_gateway_spool_{name} {kind}", f"corridor_gateway_spool_{name} {value}"]
        lines.append("# TYPE corridor_gateway_breaker gauge")
        lines += [f'corridor_gateway_breaker{{state="{each}"}} {int(each == self.breaker)}' for each in BREAKER]
        return "\n".join(lines) + "\n"
