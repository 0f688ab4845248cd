"""The Ethiopian calendar against days that are known, and against itself."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from ingestion.files.calendars import from_ethiopian


@pytest.mark.parametrize(
    ("ethiopian", "gregorian"),
    [
        ((2000, 1, 1), date(2007, 9, 12)),  # the Ethiopian millennium
        ((2016, 1, 1), date(2023, 9, 12)),  # new year after a leap year
        ((2017, 1, 1), date(2024, 9, 11)),
        ((2018, 1, 1), date(2025, 9, 11)),
        ((2015, 13, 6), date(2023, 9, 11)),  # the sixth day of Pagume
        ((2014, 13, 5), date(2022, 9, 10)),
        ((2012, 4, 28), date(2020, 1, 7)),  # Genna
        ((2017, 4, 29), date(2025, 1, 7)),
        ((2011, 1, 17), date(2018, 9, 27)),  # Meskel
        ((1888, 6, 23), date(1896, 3, 1)),  # Adwa
        ((1983, 9, 20), date(1991, 5, 28)),  # Ginbot 20
        ((2013, 2, 25), date(2020, 11, 4)),
    ],
)
def test_known_days(ethiopian: tuple[int, int, int], gregorian: date) -> None:
    assert from_ethiopian(*ethiopian) == gregorian


def test_every_day_of_300_years__follows_the_day_before() -> None:
    expected = from_ethiopian(1892, 1, 1)
    for year in range(1892, 2192):
        for month in range(1, 14):
            for day in range(1, (30 if month < 13 else 6 if year % 4 == 3 else 5) + 1):
                assert from_ethiopian(year, month, day) == expected
                expected += timedelta(days=1)


@pytest.mark.parametrize("wrong", [(2018, 13, 6), (2018, 14, 1), (2018, 0, 1), (2018, 1, 31), (2018, 1, 0), (0, 1, 1)])
def test_days_that_do_not_exist(wrong: tuple[int, int, int]) -> None:
    with pytest.raises(ValueError):
        from_ethiopian(*wrong)
