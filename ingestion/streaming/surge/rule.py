"""The numbers of the rule, and the series it watches. docs/reference/surge.md says how they were chosen."""

from __future__ import annotations

from dataclasses import dataclass

HOURS_A_WEEK = 168
#: Name and version of the method, told in every signal.
METHOD = "median and MAD per hour of week, v1"


@dataclass(frozen=True, slots=True)
class Rule:
    """How a series is compared with its own past. Hours are hours of event time, in UTC."""

    #: So many weeks of the past are compared with, and at least so many of them must be known.
    weeks: int = 8
    minimum_weeks: int = 4
    #: Hours that are added up, and how many times its usual spread such a window must lie above the past to open a
    #: signal. Each window ends with the hour that was closed last; a short one must show more.
    windows: tuple[tuple[int, float], ...] = ((3, 4.4), (6, 3.7))
    #: A window is judged if at least this part of its hours is known.
    known_share: float = 0.6
    #: Besides, so many times the median must have been seen ...
    ratio: float = 1.7
    #: ... and at least so many people or visits: smaller numbers are never shown.
    minimum_count: int = 10
    #: Days differ, however calm the past was: a part of the count that the spread holds besides pure chance.
    least_spread: float = 0.15
    #: A MAD of at most eight numbers is itself uncertain: it counts by this part.
    mad_weight: float = 0.6
    #: How unruly the series is by itself is learned from so many judged hours, and not known from fewer than the least.
    noise_hours: int = 672
    least_noise_hours: int = 96
    #: Closes after so many hours in a row in which no window is this many spreads above the past.
    calm_below: float = 2.0
    calm_hours: int = 3
    #: Hours of which fewer than this was expected in 6 hours say neither calm nor surge; a day of them ends a signal.
    telling: float = 5.0
    patience_hours: int = 24
    #: A silence in which so many were to be expected is an outage: its hours are unknown, not 0.
    silence: float = 8.0

    @property
    def longest(self) -> int:
        """Hours of the longest window."""
        return max(hours for hours, _ in self.windows)


RULE = Rule()


@dataclass(frozen=True, slots=True)
class Series:
    """What is counted: `noun` stands in sentences after a number."""

    name: str
    event_type: str
    noun: str


SERIES = {
    each.name: each
    for each in (
        Series("arrivals", "arrival.counted.v1", "people who arrived"),
        Series("registrations", "person.registered.v1", "registrations"),
        Series("clinic_visits", "clinic.visit.v1", "clinic visits"),
    )
}
