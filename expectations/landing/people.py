"""What events say about people, and what they must not say."""

from __future__ import annotations

from great_expectations.expectations import ExpectColumnValuesToBeBetween
from great_expectations.expectations.expectation import Expectation

from expectations.checker import expect
from expectations.outcome import CRITICAL, WARNING


def expectations() -> list[Expectation]:
    """Expectations on identifiers, ages and answers not known."""
    return [
        expect(
            ExpectColumnValuesToBeBetween,
            "no_plain_identifier",
            CRITICAL,
            "No event carries the plain identifier of a person or a household.",
            column="plain_identifiers",
            max_value=0,
        ),
        expect(
            ExpectColumnValuesToBeBetween,
            "ages_plausible",
            WARNING,
            "Children under 12 do not complete trainings, receive advice on finance or submit proposals.",
            column="children_at_work",
            max_value=0,
        ),
        expect(
            ExpectColumnValuesToBeBetween,
            "answers_known",
            WARNING,
            "At most three in ten answers on sex, age and status are unknown or not collected.",
            column="unknown_share",
            max_value=0.3,
        ),
    ]
