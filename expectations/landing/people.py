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
        expect(
            ExpectColumnValuesToBeBetween,
            "one_person_is_not_everybody",
            WARNING,
            "No one person stands behind more than half of all events of a kind; one identifier may be used for all.",
            column="largest_share_of_one_person",
            max_value=0.5,
        ),
        expect(
            ExpectColumnValuesToBeBetween,
            "no_crowded_day_of_one_person",
            WARNING,
            "Nobody has more than twenty events of one kind on one day; one identifier may stand for several people.",
            column="crowded_days",
            max_value=0,
        ),
    ]
