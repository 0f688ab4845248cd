"""Published figures, said in a language."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from ingestion.gateway.partner.figures import in_language


def figure(**changes: Any) -> dict[str, Any]:
    return {
        "indicator": "People registered",
        "period": "Jul 2026",
        "period_start": date(2026, 7, 1),
        "period_precision": "month",
        "result": "25,000",
        "target_text": None,
        **changes,
    }


def said(language: str, **changes: Any) -> tuple[str, str]:
    (found,) = in_language([figure(**changes)], language)
    return found["period"], found["result"]


@pytest.mark.parametrize(
    ("language", "period", "result"),
    [
        ("en", "July 2026", "25,000"),
        ("fr", "juillet 2026", "25\u202f000"),
        ("es", "julio 2026", "25.000"),
        ("ar", "يوليو 2026", "25,000"),
    ],
)
def test_number_and_month__as_the_language_writes_them(language: str, period: str, result: str) -> None:
    assert said(language) == (period, result)


@pytest.mark.parametrize(
    ("text", "french"),
    [
        ("65%", "65%"),
        ("3.7%", "3,7%"),
        ("1,234.50", "1\u202f234,50"),
        ("hidden to protect people", "masqué pour protéger les personnes"),
        # What a source says in words is no number, and is not ours to reword.
        ("about 46,000", "about 46,000"),
        ("2018", "2018"),
    ],
)
def test_result__is_translated_where_it_is_ours(text: str, french: str) -> None:
    assert said("fr", result=text)[1] == french


@pytest.mark.parametrize(
    ("precision", "start", "period", "french"),
    [
        ("quarter", date(2026, 7, 1), "Q3 2026", "T3 2026"),
        ("year", date(2026, 1, 1), "2026", "2026"),
        ("range", date(2019, 12, 1), "Dec 2019 – Apr 2021", "Dec 2019 – Apr 2021"),
        ("month", None, "no date stated", "no date stated"),
    ],
)
def test_period__of_each_precision(precision: str, start: date | None, period: str, french: str) -> None:
    assert said("fr", period_precision=precision, period_start=start, period=period)[0] == french
