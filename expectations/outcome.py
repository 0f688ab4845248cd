"""What an audit found: one verdict an expectation, or one a city that fails it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

CRITICAL, WARNING = "critical", "warning"


class AuditError(RuntimeError):
    """An audit could not be carried out; the message says which expectation and why."""


@dataclass(frozen=True)
class Verdict:
    """One outcome; `sentence` is for a manager, `observed` small facts; whose events they are where a city fails."""

    suite: str
    expectation: str
    severity: str
    success: bool
    sentence: str
    programme: str | None = None
    city: str | None = None
    observed: dict[str, Any] = field(default_factory=dict)
    partner: str | None = None
    event_type: str | None = None

    @property
    def stops(self) -> bool:
        """True if this outcome holds something back."""
        return not self.success and self.severity == CRITICAL


@dataclass(frozen=True)
class AuditReport:
    """A stored audit. `held` and `opened` are (programme, city) whose gate this landing audit moved."""

    audit_id: int
    subject: str
    verdicts: tuple[Verdict, ...]
    held: tuple[tuple[str, str], ...] = ()
    opened: tuple[tuple[str, str], ...] = ()

    @property
    def passed(self) -> bool:
        """True if no critical expectation failed."""
        return not any(verdict.stops for verdict in self.verdicts)

    def problems(self) -> list[str]:
        """The sentences of the critical failures, with city and counts."""
        return [describe(verdict) for verdict in self.verdicts if verdict.stops]


def describe(verdict: Verdict) -> str:
    """One line for a log: the sentence, whose data, what was seen."""
    whose = " ".join(filter(None, (verdict.programme, verdict.city, verdict.partner, verdict.event_type)))
    seen = ", ".join(f"{key} {value}" for key, value in verdict.observed.items())
    return f"{verdict.sentence}{f' [{whose}]' if whose else ''}{f' ({seen})' if seen else ''}"
