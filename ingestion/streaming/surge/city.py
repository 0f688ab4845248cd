"""All series of one city of one programme: counts an hour, what is unknown of them, and their alarms."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import NamedTuple

from ingestion.streaming.surge.alarm import Alarm
from ingestion.streaming.surge.judging import UNKNOWN, Judgement, compare, judge, levels_of, usual
from ingestion.streaming.surge.noise import Noise
from ingestion.streaming.surge.rule import HOURS_A_WEEK, RULE, Rule

#: Hours ahead of the one that is closed for which a count is kept: clocks of producers are not exact.
_AHEAD = 24


class Delta(NamedTuple):
    """So many more of a series in an hour of event time (hours since 1970, UTC)."""

    series: str
    hour: int
    number: int


class Change(NamedTuple):
    """A signal that opened ("opened") or closed (the reason). `opened` names it: the hour at whose end it opened."""

    what: str
    series: str
    hour: int
    opened: int
    since: int
    peak: Judgement
    peak_hour: int


@dataclass(slots=True)
class Watch:
    """One series: a count an hour, from the city's first hour on, and since when it has been silent."""

    values: list[int]
    #: One for each window of the rule.
    noises: list[Noise]
    alarm: Alarm = field(default_factory=Alarm)
    silent_hours: int = 0
    missed: float = 0.0
    #: Found anew each day, from levels_of.
    levels: list[float] = field(default_factory=list)
    #: The windows that end with the last hour, as far as enough is known.
    latest: list[Judgement] = field(default_factory=list)

    def judge(self, hour: int, rule: Rule) -> None:
        """Judge the windows that end with the last hour, which is `hour`."""
        made = []
        end = len(self.values) - 1
        if hour % 24 == 0 or not self.levels:
            self.levels = levels_of(self.values, end, rule)
        for (length, threshold), noise in zip(rule.windows, self.noises, strict=True):
            found = compare(self.values, end, length, rule, self.levels)
            if found is None:
                continue
            if (level := noise.level(rule)) is not None:
                made.append(judge(found, length, threshold, level, rule))
            # A surge does not teach that surges are usual.
            if self.alarm.opened is None and found.expected >= 1:
                noise.add(found.excess / found.chance, rule)
        self.latest = made


class City:
    """`first` is the hour of the first value of every series; `next_hour` the one to be closed next."""

    def __init__(self, next_hour: int, rule: Rule = RULE) -> None:
        self.rule = rule
        self.first = self.next_hour = next_hour
        self.watches: dict[str, Watch] = {}
        #: Counts of hours that are not closed yet.
        self.ahead: list[Delta] = []
        self.silent_hours = 0
        self.missed = 0.0

    def close_hour(self, deltas: Iterable[Delta]) -> list[Change]:
        """Take what came since the hour before was closed, then close `next_hour` and judge every series."""
        hour = self.next_hour
        self.next_hour += 1
        waiting, self.ahead = self.ahead, []
        # A series begins with its first count: what was before is unknown, not 0.
        for watch in self.watches.values():
            watch.values.append(0)
        for delta in [*waiting, *deltas]:
            self._take(delta, hour)
        self._look_for_silence()
        changes = [change for name in sorted(self.watches) if (change := self._judge(name, hour))]
        self._forget()
        return changes

    def _take(self, delta: Delta, hour: int) -> None:
        if delta.hour > hour:
            if delta.hour <= hour + _AHEAD:
                self.ahead.append(delta)
            return
        place = delta.hour - self.first
        if place < 0:
            place += self._reach_back(hour)
            if place < 0:
                return
        watch = self.watches.get(delta.series)
        if watch is None:
            watch = self.watches[delta.series] = Watch(
                [UNKNOWN] * (hour - self.first + 1), [Noise() for _ in self.rule.windows]
            )
        watch.values[place] = max(watch.values[place], 0) + delta.number

    def _reach_back(self, hour: int) -> int:
        """Make room for hours as far back as the rule looks; returns how many were added at the beginning."""
        added = max(0, self.first - (hour - HOURS_A_WEEK * self.rule.weeks - self.rule.longest))
        for watch in self.watches.values():
            watch.values[:0] = [UNKNOWN] * added
        self.first -= added
        return added

    def _look_for_silence(self) -> None:
        """Mark silences as unknown in which much was to be expected, of one series or of all together."""
        missed = 0.0
        somebody = False
        for watch in self.watches.values():
            if watch.values[-1] > 0:
                watch.silent_hours, watch.missed = 0, 0.0
                somebody = True
                continue
            expected = usual(watch.values, len(watch.values) - 1, self.rule)
            missed += expected
            watch.silent_hours += 1
            before, watch.missed = watch.missed, watch.missed + expected
            if watch.missed >= self.rule.silence or watch.silent_hours >= HOURS_A_WEEK:
                is_new = before < self.rule.silence or watch.silent_hours == HOURS_A_WEEK
                _mark_unknown(watch, watch.silent_hours if is_new else 1)
        if somebody:
            self.silent_hours, self.missed = 0, 0.0
            return
        self.silent_hours += 1
        before, self.missed = self.missed, self.missed + missed
        if self.missed >= self.rule.silence:
            for watch in self.watches.values():
                _mark_unknown(watch, self.silent_hours if before < self.rule.silence else 1)

    def _judge(self, name: str, hour: int) -> Change | None:
        watch = self.watches[name]
        alarm, was_opened = watch.alarm, watch.alarm.opened
        watch.judge(hour, self.rule)
        what = alarm.step(hour, watch.latest, self.rule)
        if what is None:
            return None
        assert alarm.peak is not None
        return Change(
            what, name, hour, hour if was_opened is None else was_opened, alarm.since, alarm.peak, alarm.peak_hour
        )

    def _forget(self) -> None:
        """Drop weeks that nothing looks at any more, a week at a time."""
        kept = HOURS_A_WEEK * (self.rule.weeks + 1) + self.rule.longest
        if self.next_hour - self.first >= kept + HOURS_A_WEEK:
            for watch in self.watches.values():
                del watch.values[:HOURS_A_WEEK]
            self.first += HOURS_A_WEEK


def _mark_unknown(watch: Watch, hours: int) -> None:
    """The last `hours`, where nothing came; what a late upload brought meanwhile stays."""
    for place in range(max(0, len(watch.values) - hours), len(watch.values)):
        if watch.values[place] == 0:
            watch.values[place] = UNKNOWN
