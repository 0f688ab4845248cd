"""How much a city sends."""

from __future__ import annotations

from great_expectations.expectations import ExpectColumnValuesToBeBetween
from great_expectations.expectations.expectation import Expectation

from expectations.checker import expect
from expectations.outcome import WARNING


def expectations() -> list[Expectation]:
    """Expectation on the size of a landing against the largest of the last ones."""
    return [
        expect(
            ExpectColumnValuesToBeBetween,
            "volume_as_usual",
            WARNING,
            "No partner sends twenty times more of a kind at once than before; a file may have been sent twice.",
            column="times_usual",
            max_value=20,
        ),
    ]
