"""Made-up cities for the back-test of the surge rule: rhythms, market days, holidays, trends, outages, late uploads."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ingestion.streaming.surge.city import Delta

WEEKS_OF_HISTORY = 8
WEEKS_JUDGED = 18
HOURS = (WEEKS_OF_HISTORY + WEEKS_JUDGED) * 168
SURGE_HOURS, SURGE_FACTOR = 6, 2.5
#: Counts a month of a series: from a small office to a large reception centre. The programme's clinics see about 1,000.
SIZES = {"small": (300, 800), "medium": (800, 3_000), "large": (3_000, 30_000)}
_MONTH_DAYS = 30.4
#: A surge of all series of a city at once.
EVERYWHERE = "everywhere"

#: Share of a day's count in each hour, before it is made to add up to one.
_DAYS = {
    "arrivals": [0.2] * 5 + [2, 5, 7, 6, 4, 3, 3, 4, 4, 4, 4, 5, 6, 5, 3, 1.5, 0.8] + [0.3] * 2,
    "registrations": [0.0] * 8 + [5, 8, 9, 8, 4, 6, 7, 6, 3] + [0.0] * 7,
    "clinic_visits": [0.6] * 6 + [1, 3, 7, 9, 9, 8, 6, 6, 6, 5, 4, 3, 2, 1.5, 1, 1, 0.8, 0.8],
}
#: Mean number of people in one report: arrivals are counted in groups, the others one by one.
_GROUP = {"arrivals": 3.0, "registrations": 1.0, "clinic_visits": 1.0}


@dataclass(frozen=True)
class MadeCity:
    """`arriving[h]`: what came before hour h was closed; `counts`: what happened; surges: (series, first hour)."""

    size: str
    arriving: list[list[Delta]]
    counts: dict[str, np.ndarray]
    surges: list[tuple[str, int]]


def make_city(seed: int, *, with_surges: bool, lateness: float = 0.06) -> MadeCity:
    """The same seed gives the same city. Its surges come on top of it, one in three weeks."""
    rng = np.random.default_rng(seed)
    size = list(SIZES)[seed % 3]
    low, high = SIZES[size]
    weekly = np.ones(7)
    weekly[rng.integers(7)] = 1.6
    weekly[(rest := rng.integers(7))] = 0.3
    weekly[(rest + 1) % 7] = 1.1
    days = _days(rng, weekly)
    outages = _outages(rng)
    surges = _surges(np.random.default_rng([seed, 1]), _quiet(outages, *_DAYS)) if with_surges else []
    surge_rng = np.random.default_rng([seed, 2])
    arriving: list[list[Delta]] = [[] for _ in range(HOURS)]
    counts = {}
    for series, shape in _DAYS.items():
        month = np.exp(rng.uniform(np.log(low), np.log(high)))
        hourly = np.array(shape) / sum(shape)
        rate = np.repeat(days, 24) * np.tile(hourly, HOURS // 24) * month / _MONTH_DAYS
        rate *= rng.gamma(20, 1 / 20, HOURS)
        happened = _draw(rng, rate, _GROUP[series])
        for where, start in surges:
            if where in (series, EVERYWHERE):
                hours = slice(start, start + SURGE_HOURS)
                happened[hours] += _draw(surge_rng, rate[hours] * (SURGE_FACTOR - 1), _GROUP[series])
        counts[series] = happened
        _deliver(rng, series, happened, _waits(outages, series), arriving, lateness)
    return MadeCity(size, arriving, counts, surges)


def _days(rng: np.random.Generator, weekly: np.ndarray) -> np.ndarray:
    """Relative level of each day."""
    number = HOURS // 24
    day = np.arange(number)
    level = np.exp(rng.uniform(-0.3, 0.3) * day / number + 0.1 * np.sin(2 * np.pi * (day / 180 + rng.random())))
    level *= weekly[day % 7] * rng.lognormal(0, 0.15, number)
    for holiday in np.flatnonzero(rng.random(number) < 10 / 365):
        level[holiday] *= 0.15
        level[holiday + 1 : holiday + 2] *= 1.3
    # Once a year a market is held on another day.
    for moved in np.flatnonzero(rng.random(number) < 1 / 365):
        level[moved] *= 1.6 / weekly[moved % 7]
    return level


def _outages(rng: np.random.Generator) -> list[tuple[int, int, str, bool]]:
    """About one a month: first hour, end, "all" or a series, and whether what happened is uploaded afterwards."""
    found = []
    for start in np.flatnonzero(rng.random(HOURS) < 1 / 720):
        end = min(HOURS - 1, int(start + rng.integers(8, 96)))
        whom = "all" if rng.random() < 0.6 else str(rng.choice(list(_DAYS)))
        found.append((int(start), end, whom, bool(rng.random() < 0.6)))
    return found


def _quiet(outages: list[tuple[int, int, str, bool]], *series: str) -> np.ndarray:
    quiet = np.zeros(HOURS, dtype=bool)
    for start, end, whom, _ in outages:
        if whom in ("all", *series):
            quiet[start:end] = True
    return quiet


def _waits(outages: list[tuple[int, int, str, bool]], series: str) -> np.ndarray:
    """For each hour, the hour in which what is sent then arrives; -1 if it never does."""
    arrives = np.arange(HOURS)
    for start, end, whom, is_uploaded in outages:
        if whom in ("all", series):
            arrives[start:end] = end if is_uploaded else -1
    return arrives


def _draw(rng: np.random.Generator, rate: np.ndarray, group: float) -> np.ndarray:
    """Counts whose mean is `rate`: groups come one by one, and hold a geometric number of people."""
    groups = rng.poisson(rate / group)
    if group == 1:
        return groups
    people = np.zeros(len(rate), dtype=int)
    some = groups > 0
    people[some] = groups[some] + rng.negative_binomial(groups[some], 1 / group)
    return people


def _surges(rng: np.random.Generator, quiet: np.ndarray) -> list[tuple[str, int]]:
    """One in three weeks, of all series or of one, beginning from 06:00 to 14:00, never within an outage."""
    found = []
    for first in range(WEEKS_OF_HISTORY * 168, HOURS - 504 + 1, 504):
        where = EVERYWHERE if rng.random() < 0.5 else str(rng.choice(list(_DAYS)))
        while True:
            start = first + 24 * int(rng.integers(1, 20)) + int(rng.integers(6, 15))
            if not quiet[start - 3 : start + SURGE_HOURS + 3].any():
                break
        found.append((where, start))
    return found


def _deliver(
    rng: np.random.Generator,
    series: str,
    happened: np.ndarray,
    arrives: np.ndarray,
    arriving: list[list[Delta]],
    lateness: float,
) -> None:
    """Most come before their hour is closed, some an hour later, a few by phones that were away for weeks."""
    weeks_late = rng.binomial(happened, 0.03)
    hour_late = rng.binomial(happened - weeks_late, lateness)
    for hour in np.flatnonzero(happened):
        sent = (
            (hour, happened[hour] - weeks_late[hour] - hour_late[hour]),
            (hour + 1, hour_late[hour]),
            (hour + int(rng.integers(24, 720)), weeks_late[hour]),
        )
        for at, count in sent:
            if count and at < HOURS and (step := arrives[at]) >= 0:
                arriving[step].append(Delta(series, int(hour), int(count)))
