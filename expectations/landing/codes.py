"""Codes that partners send."""

from __future__ import annotations

from great_expectations.expectations import ExpectColumnValuesToBeBetween
from great_expectations.expectations.expectation import Expectation

from expectations.checker import expect
from expectations.outcome import CRITICAL, WARNING


def expectations() -> list[Expectation]:
    """Expectations on the codes of indicators, places and projects."""
    return [
        expect(
            ExpectColumnValuesToBeBetween,
            "indicators_known",
            CRITICAL,
            "Every reported figure names an indicator of the catalogue; an unknown one would vanish from the results.",
            column="unknown_indicators",
            max_value=0,
        ),
        expect(
            ExpectColumnValuesToBeBetween,
            "places_known",
            CRITICAL,
            "Every event and figure names a place of the catalogue; an unknown one could not be shown anywhere.",
            column="unknown_places",
            max_value=0,
        ),
        expect(
            ExpectColumnValuesToBeBetween,
            "projects_known",
            WARNING,
            "Every reported figure names a project of the catalogue; an unknown one cannot be found under its project.",
            column="unknown_projects",
            max_value=0,
        ),
    ]
