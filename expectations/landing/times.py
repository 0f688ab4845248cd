"""When events happened."""

from __future__ import annotations

from great_expectations.expectations import ExpectColumnValuesToBeBetween
from great_expectations.expectations.expectation import Expectation

from expectations.checker import expect
from expectations.outcome import CRITICAL, WARNING


def expectations() -> list[Expectation]:
    """Expectations on the dates of new events."""
    return [
        expect(
            ExpectColumnValuesToBeBetween,
            "nothing_from_the_future",
            CRITICAL,
            "No event may lie in the future: a wrong year or a wrong clock would move results into the wrong period.",
            column="future_events",
            max_value=0,
        ),
        expect(
            ExpectColumnValuesToBeBetween,
            "nothing_before_the_programme",
            WARNING,
            "Events about people and services are dated after 2014; earlier dates are usually slips of the year.",
            column="long_ago_events",
            max_value=0,
        ),
        expect(
            ExpectColumnValuesToBeBetween,
            "events_arrive_in_time",
            WARNING,
            "Half of the events or more arrive within 30 days of what they tell; others change periods already read.",
            column="late_share",
            max_value=0.5,
        ),
    ]
