"""How much a city sends."""

from __future__ import annotations

from great_expectations.expectations import ExpectColumnValuesToBeBetween
from great_expectations.expectations.expectation import Expectation

from expectations.checker import expect
from expectations.outcome import WARNING

#: Its outcome keeps the events landed per city, which later landings are compared with.
VOLUME = "volume_as_usual"


def expectations() -> list[Expectation]:
    """Expectation on the size of a landing against the largest of the last ones."""
    return [
        expect(
            ExpectColumnValuesToBeBetween,
            VOLUME,
            WARNING,
            "A city does not send twenty times more at once than it did before; a file may have been sent twice.",
            column="times_usual",
            max_value=20,
        ),
    ]
