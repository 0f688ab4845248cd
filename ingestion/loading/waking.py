"""When a backlog is worth a signal. Pure: no clock, no connections."""

from __future__ import annotations

from dataclasses import dataclass, field

from ingestion.loading.backlog import Backlog, Offsets


@dataclass
class Waking:
    """Decides look by look. Times are seconds of any steady clock.

    A signal is not repeated while what it announced is still being loaded, unless that takes `resignal_after`
    seconds (the load failed, or the signal was lost); and signals are at least `min_interval` seconds apart.
    """

    min_interval: float
    resignal_after: float
    _signalled: Offsets = field(default_factory=dict)
    _at: float | None = None

    def due(self, backlog: Backlog, now: float) -> bool:
        """True if a signal must be sent now; it is then taken as sent."""
        if backlog.size == 0 or (self._at is not None and now - self._at < self.min_interval):
            return False
        if self._at is not None and not backlog.covers(self._signalled) and now - self._at < self.resignal_after:
            return False
        self._signalled, self._at = backlog.ends, now
        return True
