"""How unruly a series is by itself: what is far above the past for one is an everyday matter for another."""

from __future__ import annotations

from bisect import bisect_left, insort
from collections.abc import Iterable

from ingestion.streaming.surge.rule import Rule

#: Of a normal distribution, one hour in ten lies further above the middle than this.
_NORMAL_90 = 1.2816


class Noise:
    """The deviations of the hours judged last, in units of what pure chance would give."""

    __slots__ = ("_ordered", "recent")

    def __init__(self, recent: Iterable[float] = ()) -> None:
        #: In the order of time.
        self.recent = list(recent)
        self._ordered = sorted(self.recent)

    def add(self, deviation: float, rule: Rule) -> None:
        """Remember one hour, and forget the oldest beyond `rule.noise_hours`."""
        deviation = round(deviation, 2)
        self.recent.append(deviation)
        insort(self._ordered, deviation)
        if len(self.recent) > rule.noise_hours:
            del self._ordered[bisect_left(self._ordered, self.recent.pop(0))]

    def level(self, rule: Rule) -> float | None:
        """How many times more the series varies than chance makes it, at least 1; None if too few hours are known."""
        known = len(self._ordered)
        if known < rule.least_noise_hours:
            return None
        return max(1.0, self._ordered[known * 9 // 10] / _NORMAL_90)
