"""How far a window of hours lies above the same hours of past weeks."""

from __future__ import annotations

from collections.abc import Sequence
from math import sqrt
from typing import NamedTuple

from ingestion.streaming.surge.rule import HOURS_A_WEEK, Rule

#: What stands for an hour of which nothing is known.
UNKNOWN = -1
#: A MAD times this is the standard deviation, where the numbers are normal.
_MAD_TO_SD = 1.4826


class Judgement(NamedTuple):
    """A window of `hours` against its past: by how many usual spreads it lies above, and how many open a signal."""

    hours: int
    seen: int
    expected: float
    deviations: float
    threshold: float


class Comparison(NamedTuple):
    """A window beside its past. `excess`, `mad`, `chance` are on the scale of `_stable`, where pure chance is 1."""

    seen: int
    expected: float
    excess: float
    mad: float
    chance: float


def compare(values: Sequence[int], end: int, length: int, rule: Rule, levels: Sequence[float]) -> Comparison | None:
    """The window of `length` hours that ends with values[end], beside the same hours of past weeks.

    `values` holds a count an hour, UNKNOWN where nothing is known; `levels` are of levels_of. Hours that are unknown
    now are left out on both sides; a past week with an unknown hour is left out. None if too little is known on
    either side.
    """
    first = end - length + 1
    if first < 0:
        return None
    now = values[first : end + 1]
    places = None
    if min(now) < 0:
        places = [place for place, value in enumerate(now) if value >= 0]
        if len(places) < length * rule.known_share:
            return None
        now = [now[place] for place in places]
    past = []
    starts = range(first - HOURS_A_WEEK, max(-1, first - HOURS_A_WEEK * rule.weeks - 1), -HOURS_A_WEEK)
    for start, level in zip(starts, levels, strict=False):
        hours = values[start : start + length]
        if places is not None:
            hours = [hours[place] for place in places]
        if min(hours) >= 0:
            past.append(sum(hours) * level)
    if len(past) < rule.minimum_weeks:
        return None
    seen = sum(now)
    expected = _median(past)
    middle = _stable(expected)
    mad = _median([abs(_stable(each) - middle) for each in past])
    chance = sqrt(1 + rule.least_spread**2 * expected)
    return Comparison(seen, expected, _stable(seen) - middle, mad, chance)


def judge(found: Comparison, hours: int, threshold: float, noise: float, rule: Rule) -> Judgement:
    """How unusual the window is. `noise`: how many times more than chance the series varies by itself."""
    spread = max(rule.mad_weight * _MAD_TO_SD * found.mad, noise * found.chance)
    return Judgement(hours, found.seen, found.expected, found.excess / spread, threshold)


def levels_of(values: Sequence[int], end: int, rule: Rule) -> list[float]:
    """What the counts of each past week are multiplied by to stand at the level of the week that ends with `end`.

    1 where more than a quarter of the hours of either week is unknown; never less than a half or more than double.
    """
    ends = range(end + 1, max(HOURS_A_WEEK - 1, end - HOURS_A_WEEK * rule.weeks), -HOURS_A_WEEK)
    means = []
    for stop in ends:
        known = [value for value in values[stop - HOURS_A_WEEK : stop] if value >= 0]
        means.append(sum(known) / len(known) if len(known) >= HOURS_A_WEEK * 0.75 else 0.0)
    now = means[0] if means else 0.0
    levels = [min(2.0, max(0.5, now / mean)) if now and mean else 1.0 for mean in means[1:]]
    return levels + [1.0] * (rule.weeks - len(levels))


def usual(values: Sequence[int], at: int, rule: Rule) -> float:
    """Mean of the same hour of past weeks, as far as known; 0 if none is. What a silence is measured with."""
    total = known = 0
    for place in range(at - HOURS_A_WEEK, max(-1, at - HOURS_A_WEEK * rule.weeks - 1), -HOURS_A_WEEK):
        if (value := values[place]) >= 0:
            total += value
            known += 1
    return total / known if known else 0.0


def _stable(count: float) -> float:
    """On this scale pure chance spreads every count by 1, large or small (Anscombe)."""
    return 2 * sqrt(count + 0.375)


def _median(numbers: list[float]) -> float:
    numbers.sort()
    middle = len(numbers) // 2
    return numbers[middle] if len(numbers) % 2 else (numbers[middle - 1] + numbers[middle]) / 2
