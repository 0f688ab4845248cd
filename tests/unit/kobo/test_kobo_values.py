"""Answers as KoboToolbox writes them: times, ages, codes."""

from __future__ import annotations

from datetime import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingestion.kobo.values import age_band, choose, codes_of, time_of

BANDS = ("0-4", "5-11", "12-14", "15-17", "18-24", "25-34", "35-59", "60+", "unknown")


@pytest.mark.parametrize(
    ("text", "city", "utc", "time", "precision"),
    [
        ("2026-03-01T08:30:00.000+03:00", "ADAMA", False, "2026-03-01T08:30:00.000+03:00", None),
        ("2026-03-01T08:30:00+03", "ARUA", False, "2026-03-01T08:30:00+03:00", None),
        ("2026-03-01T08:30:00+0300", "ARUA", False, "2026-03-01T08:30:00+03:00", None),
        ("2026-03-01T08:30:00z", "ARUA", False, "2026-03-01T08:30:00Z", None),
        ("2026-03-01T06:25:11", "ADAMA", True, "2026-03-01T06:25:11+00:00", None),
        ("2026-03-01T06:25", "ADAMA", False, "2026-03-01T06:25:00+03:00", None),
        ("2026-03-01", "ADAMA", False, "2026-03-01T00:00:00+03:00", "day"),
        ("2026-03-01", None, False, "2026-03-01T00:00:00+00:00", "day"),
        ("01/03/2026", "ADAMA", False, "01/03/2026", None),
        ("2026-13-01", "ADAMA", False, "2026-13-01", None),
        ("2026-02-30T10:00", "ADAMA", False, "2026-02-30T10:00", None),
    ],
)
def test_time_of(text: str, city: str | None, utc: bool, time: str, precision: str | None) -> None:
    assert time_of(text, city, utc=utc) == (time, precision)


@given(st.integers(0, 130))
def test_age_band__holds_the_age(age: int) -> None:
    band = age_band(str(age), BANDS)
    low, _, high = band.removesuffix("+").partition("-")
    assert int(low) <= age <= int(high or 130)


@pytest.mark.parametrize("answer", ["", "-1", "131", "34.5", "thirty", "unknown"])
def test_age_band__leaves_what_is_no_age(answer: str) -> None:
    assert age_band(answer, BANDS) == answer


@given(st.lists(st.from_regex(r"[a-z0-9_]{1,8}", fullmatch=True), max_size=6))
def test_codes_of__is_each_once_in_order(codes: list[str]) -> None:
    assert codes_of(" ".join(codes)) == list(dict.fromkeys(codes))


def test_choose__maps_drops_and_keeps() -> None:
    choices = {"f": "female", "none": ""}
    assert choose("f", choices, False) == "female"
    assert choose("other", choices, False) == "other"
    assert choose("none", choices, False) is None
    assert choose("f x none", choices, True) == "female;x"
    assert choose("none", choices, True) is None
    assert choose(7, choices, False) == 7


@given(st.text())
def test_time_of__gives_a_real_time_or_what_came(text: str) -> None:
    time, precision = time_of(text, "ADAMA")
    if precision == "day":
        assert datetime.fromisoformat(time).utcoffset() is not None
    else:
        assert isinstance(time, str)
