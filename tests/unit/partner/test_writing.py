"""How the pages write numbers and time."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from ingestion.gateway.partner.writing import Writing
from ingestion.words import LANGUAGES


@pytest.mark.parametrize(
    ("language", "moment", "day"),
    [
        ("en", "1 Jul 2026, 14:05 UTC", "1 July 2026"),
        ("fr", "1 juil. 2026, 14:05 UTC", "1 juillet 2026"),
        ("es", "1 jul 2026, 14:05 UTC", "1 de julio de 2026"),
        ("ar", "1 يوليو 2026، 14:05 UTC", "1 يوليو 2026"),
    ],
)
def test_moment_and_day(language: str, moment: str, day: str) -> None:
    writing = Writing(language)
    assert writing.moment(datetime(2026, 7, 1, 14, 5, tzinfo=UTC)) == moment
    assert writing.day(date(2026, 7, 1)) == day


@pytest.mark.parametrize(
    ("days", "english", "arabic"), [(1.0, "1 day", "يوم"), (3.2, "3 days", "3 أيام"), (3747.0, "10 years", "10 سنوات")]
)
def test_days__in_the_unit_that_fits(days: float, english: str, arabic: str) -> None:
    assert Writing("en").days(days) == english
    assert Writing("ar").days(days) == arabic


def test_period_name() -> None:
    assert Writing("fr").period_name("2026-Q3") == "3e trimestre 2026"
    assert Writing("fr").period_name("2026") == "2026"


@pytest.mark.parametrize("language", LANGUAGES)
def test_nothing__is_written_as_nothing(language: str) -> None:
    writing = Writing(language)
    assert {writing.number(None), writing.day(None), writing.moment(None), writing.days(None)} == {""}
