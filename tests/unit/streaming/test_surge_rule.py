"""The surge rule: what opens and closes a signal, what is unknown, and that a replay says the same."""

from __future__ import annotations

from dataclasses import replace
from random import Random

from hypothesis import given, settings
from hypothesis import strategies as st

from ingestion.streaming.surge.alarm import CALM, NOTHING_KNOWN, Alarm
from ingestion.streaming.surge.city import Change, City, Delta
from ingestion.streaming.surge.judging import UNKNOWN, Judgement, compare
from ingestion.streaming.surge.keeping import pack, unpack
from ingestion.streaming.surge.noise import Noise
from ingestion.streaming.surge.rule import HOURS_A_WEEK, RULE

ONES = [1.0] * RULE.weeks
#: Thursday 09:00 of the tenth week.
SURGE = 9 * HOURS_A_WEEK + 3 * 24 + 9
END = SURGE + 60


def world(seed: int = 1, level: int = 30, factor: float = 1.0) -> dict[int, int]:
    """Count of each hour: open from 8 to 18, a little chance, and six hours of `factor`."""
    rng = Random(seed)
    counts = {}
    for hour in range(END):
        if 8 <= hour % 24 < 18:
            usual = sum(rng.random() < 0.5 for _ in range(2 * level))
            counts[hour] = round(usual * factor) if SURGE <= hour < SURGE + 6 else usual
    return counts


def run(counts: dict[int, int], series: str = "registrations", kept: bool = False) -> list[Change]:
    """Close every hour in turn; with `kept`, through the state of the stream each time."""
    city, changes = City(0), []
    for hour in range(END):
        number = counts.get(hour, 0)
        changes += city.close_hour([Delta(series, hour, number)] if number else [])
        if kept:
            city = unpack(pack(city))
    return changes


def test_calm__says_nothing() -> None:
    assert run(world()) == []


def test_surge__opens_once_while_it_lasts_and_closes_when_it_is_over() -> None:
    opened, closed = run(world(factor=2.5))
    assert (opened.what, closed.what) == ("opened", CALM)
    assert SURGE <= opened.hour < SURGE + 6
    assert opened.peak.seen > 1.7 * opened.peak.expected
    assert SURGE + 6 <= closed.hour < SURGE + 40
    assert (closed.opened, closed.since) == (opened.opened, opened.since)
    assert closed.peak.seen >= opened.peak.seen


def test_state_kept_between_hours__changes_nothing() -> None:
    counts = world(factor=2.5)
    assert run(counts, kept=True) == run(counts)


@settings(max_examples=5, deadline=None)
@given(st.integers(min_value=40, max_value=400), st.integers(min_value=0, max_value=1000))
def test_scale__the_same_surge_is_found_in_cities_of_every_size(level: int, seed: int) -> None:
    assert [change.what for change in run(world(seed, level, 2.5))][:1] == ["opened"]


def test_fewer_than_the_minimum__is_never_shown() -> None:
    counts = dict.fromkeys(range(0, END, 24), 1)
    assert run(counts | {SURGE + n: 3 for n in range(3)}) == []


def test_less_than_the_least_history__says_nothing() -> None:
    counts = {hour: number for hour, number in world(factor=5).items() if hour > SURGE - 3 * HOURS_A_WEEK}
    assert run(counts) == []


def test_outage__is_unknown_and_not_zero() -> None:
    """Three weeks without a partner would drag a median down, if they were zeros; then the return would be a surge."""
    silent = range(SURGE - 5 * HOURS_A_WEEK, SURGE - 24)
    counts = {hour: number for hour, number in world(factor=1.0).items() if hour not in silent}
    city = City(0)
    for hour in range(SURGE):
        number = counts.get(hour, 0)
        assert city.close_hour([Delta("registrations", hour, number)] if number else []) == []
    values = city.watches["registrations"].values
    gone = values[silent.start - city.first : silent.stop - city.first]
    assert set(gone[10:]) == {UNKNOWN}


def test_late_upload_after_an_outage__fills_its_hours_and_opens_nothing() -> None:
    counts = world()
    silent = range(SURGE - 72, SURGE)
    city, changes = City(0), []
    for hour in range(END):
        deltas = [Delta("registrations", hour, counts[hour])] if hour in counts and hour not in silent else []
        if hour == SURGE:
            deltas += [Delta("registrations", each, counts[each]) for each in silent if each in counts]
        changes += city.close_hour(deltas)
    assert changes == []
    assert city.watches["registrations"].values[SURGE - 24 - city.first] == counts[SURGE - 24]


def test_count_of_an_hour_that_is_to_come__waits_for_it() -> None:
    city = City(100)
    city.close_hour([Delta("arrivals", 101, 7), Delta("arrivals", 1_000, 9)])
    city.close_hour([Delta("arrivals", 101, 1)])
    assert city.watches["arrivals"].values[-1] == 8
    assert city.ahead == []


def test_hour_of_long_ago__is_taken_within_the_weeks_that_count_and_else_left_out() -> None:
    city = City(20_000)
    city.close_hour([Delta("arrivals", 20_000 - HOURS_A_WEEK, 4), Delta("arrivals", 10, 5)])
    assert sum(value for value in city.watches["arrivals"].values if value > 0) == 4


def test_unknown_hours__are_left_out_on_both_sides() -> None:
    values = [10] * (9 * HOURS_A_WEEK)
    values[-2] = UNKNOWN
    found = compare(values, len(values) - 1, 6, RULE, ONES)
    assert found is not None
    assert (found.seen, found.expected) == (50, 50)
    values[-4:-1] = [UNKNOWN] * 3
    assert compare(values, len(values) - 1, 6, RULE, ONES) is None


def test_week_with_an_unknown_hour__is_no_sample() -> None:
    values = [10] * (9 * HOURS_A_WEEK)
    for week in range(1, 6):
        values[-1 - week * HOURS_A_WEEK] = UNKNOWN
    assert compare(values, len(values) - 1, 3, RULE, ONES) is None
    assert compare(values, len(values) - 4, 3, RULE, ONES) is not None


def test_noise__is_that_of_the_hours_judged_last() -> None:
    noise, rule = Noise(), replace(RULE, noise_hours=200)
    for _ in range(RULE.least_noise_hours - 1):
        noise.add(5.0, rule)
    assert noise.level(rule) is None
    for _ in range(300):
        noise.add(0.1, rule)
    assert noise.level(rule) == 1.0
    assert len(noise.recent) == 200


def test_nothing_known_for_a_day__ends_a_signal() -> None:
    alarm = Alarm()
    strong = Judgement(6, 100, 20.0, 6.0, 3.5)
    assert alarm.step(10, [strong], RULE) == "opened"
    said = [alarm.step(hour, [], RULE) for hour in range(11, 11 + RULE.patience_hours)]
    assert said == [None] * (RULE.patience_hours - 1) + [NOTHING_KNOWN]


def test_between_calm_and_surge__a_signal_stays_open() -> None:
    alarm = Alarm()
    alarm.step(10, [Judgement(6, 100, 20.0, 6.0, 3.5)], RULE)
    between = Judgement(6, 30, 20.0, RULE.calm_below, 3.5)
    calm = Judgement(6, 20, 20.0, 0.0, 3.5)
    assert [alarm.step(hour, [calm if hour % 3 else between], RULE) for hour in range(11, 40)] == [None] * 29
    assert [alarm.step(hour, [calm], RULE) for hour in (40, 41, 42)] == [None, None, CALM]
