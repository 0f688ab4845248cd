"""Periods as people write them."""

from __future__ import annotations

from datetime import date

import pytest

from ingestion.history.periods import Period, parse_period


@pytest.mark.parametrize(
    ("text", "period"),
    [
        ("unknown", Period(None, None, "unknown", False)),
        ("2007 (year)", Period(date(2007, 1, 1), date(2007, 12, 31), "year", False)),
        ("2020-11 (month, inferred)", Period(date(2020, 11, 1), date(2020, 11, 30), "month", True)),
        ("2021-10-16 (day)", Period(date(2021, 10, 16), date(2021, 10, 16), "day", False)),
        ("2021-01-18..2021-01-26 (range)", Period(date(2021, 1, 18), date(2021, 1, 26), "range", False)),
    ],
)
def test_reads(text: str, period: Period) -> None:
    assert parse_period(text) == period


@pytest.mark.parametrize(
    "text",
    [
        "",
        "2007",
        "2007 (month)",
        "2020-13 (month)",
        "2021-01-18 (range)",
        "2007..2008 (year)",
        "2021-02-02..2021-01-01 (range)",
    ],
)
def test_refuses(text: str) -> None:
    with pytest.raises(ValueError):
        parse_period(text)
