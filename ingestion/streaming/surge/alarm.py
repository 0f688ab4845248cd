"""When a signal opens and when it closes: with hysteresis, so that it does not flicker."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from ingestion.streaming.surge.judging import Judgement
from ingestion.streaming.surge.rule import Rule

#: Why a signal was closed.
CALM = "calm"
NOTHING_KNOWN = "nothing known"


@dataclass(slots=True)
class Alarm:
    """The alarm of one series. Hours are whole hours since 1970, UTC."""

    #: The hour at whose end the open signal was opened; None while there is none.
    opened: int | None = None
    #: First hour of the window that opened it.
    since: int = 0
    #: The strongest window of the open signal, or of the last one.
    peak: Judgement | None = None
    #: The hour with which that window ended.
    peak_hour: int = 0
    #: Hours in a row that were calm, and hours in a row that told nothing.
    calm: int = 0
    waiting: int = 0

    def step(self, hour: int, judgements: Sequence[Judgement], rule: Rule) -> str | None:
        """Take the judgements of an hour that was closed: "opened", a reason for having closed, or None."""
        strongest = max((each for each in judgements if _is_surge(each, rule)), key=_height, default=None)
        if self.opened is None:
            if strongest is None:
                return None
            self.opened, self.since = hour, hour - strongest.hours + 1
            self.peak, self.peak_hour = strongest, hour
            self.calm = self.waiting = 0
            return "opened"
        if strongest is not None and (self.peak is None or _height(strongest) > _height(self.peak)):
            self.peak, self.peak_hour = strongest, hour
        return self._closed(judgements, rule)

    def _closed(self, judgements: Sequence[Judgement], rule: Rule) -> str | None:
        if any(each.deviations >= rule.calm_below for each in judgements):
            self.calm = self.waiting = 0
        elif any(each.expected >= rule.telling for each in judgements):
            self.calm += 1
            self.waiting = 0
        else:
            self.waiting += 1
        if self.calm < rule.calm_hours and self.waiting < rule.patience_hours:
            return None
        self.opened = None
        return CALM if judgements else NOTHING_KNOWN


def _height(each: Judgement) -> float:
    return each.deviations / each.threshold


def _is_surge(each: Judgement, rule: Rule) -> bool:
    return (
        each.deviations >= each.threshold
        and each.seen >= rule.minimum_count
        and each.seen >= rule.ratio * each.expected
    )
