"""Dates and times as people write them."""

from __future__ import annotations

from datetime import date, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingestion.files.dates import of_cell, read_day, read_time
from ingestion.files.profile import Dates
from ingestion.files.trouble import CellTrouble

NONE, DAY_FIRST, MONTH_FIRST, ISO = Dates(), Dates("day-first"), Dates("month-first"), Dates("iso")
ETHIOPIAN = Dates("day-first", "ethiopian")
ADDIS = ZoneInfo("Africa/Addis_Ababa")
GUATEMALA = ZoneInfo("America/Guatemala")


@pytest.mark.parametrize(
    ("text", "dates", "day"),
    [
        ("2026-03-04", NONE, date(2026, 3, 4)),
        ("2026/3/4", NONE, date(2026, 3, 4)),
        ("03/04/2026", DAY_FIRST, date(2026, 4, 3)),
        ("03/04/2026", MONTH_FIRST, date(2026, 3, 4)),
        ("25.3.2026", NONE, date(2026, 3, 25)),
        ("3-25-2026", NONE, date(2026, 3, 25)),
        ("05/05/2026", NONE, date(2026, 5, 5)),
        ("2026-03-04 00:00:00", NONE, date(2026, 3, 4)),
        ("4 March 2026", NONE, date(2026, 3, 4)),
        ("4-Mar-2026", NONE, date(2026, 3, 4)),
        ("March 4, 2026", NONE, date(2026, 3, 4)),
        ("1er mars 2026", NONE, date(2026, 3, 1)),
        ("4 de marzo de 2026", NONE, date(2026, 3, 4)),
        ("4 مارس 2026", NONE, date(2026, 3, 4)),
        ("٠٤/٠٣/٢٠٢٦", DAY_FIRST, date(2026, 3, 4)),
        ("24/06/2018", ETHIOPIAN, date(2026, 3, 3)),
        ("2018-06-24", ETHIOPIAN, date(2026, 3, 3)),
        ("6/13/2015", Dates(None, "ethiopian"), None),
        ("14/01/2018", Dates(None, "ethiopian"), date(2025, 9, 24)),
    ],
)
def test_one_day(text: str, dates: Dates, day: date | None) -> None:
    if day is None:
        with pytest.raises(CellTrouble):
            read_day(text, dates)
    else:
        assert read_day(text, dates) == day


@pytest.mark.parametrize(
    ("text", "dates", "code"),
    [
        ("03/04/2026", NONE, "ambiguous_date"),
        ("03/04/26", DAY_FIRST, "ambiguous_date"),
        ("4-Mar-26", NONE, "ambiguous_date"),
        ("03/25/2026", DAY_FIRST, "invalid_date"),
        ("25/03/2026", MONTH_FIRST, "invalid_date"),
        ("25/03/2026", ISO, "invalid_date"),
        ("30/02/2026", DAY_FIRST, "invalid_date"),
        ("2026-13-01", NONE, "invalid_date"),
        ("2018-13-06", ETHIOPIAN, "invalid_date"),
        ("20260304", NONE, "invalid_date"),
        ("46085", NONE, "invalid_date"),
        ("yesterday", NONE, "invalid_date"),
        ("0026-03-04", NONE, "invalid_date"),
        ("2026-03-04 10:00", NONE, "invalid_date"),
    ],
)
def test_two_days_or_none__refused(text: str, dates: Dates, code: str) -> None:
    with pytest.raises(CellTrouble) as refused:
        read_day(text, dates)
    assert refused.value.code == code


@pytest.mark.parametrize(
    ("text", "zone", "time"),
    [
        ("2026-03-04", ADDIS, ("2026-03-04T09:00:00Z", "day")),
        ("2026-03-04", GUATEMALA, ("2026-03-04T18:00:00Z", "day")),
        ("2026-03-04 08:30", ADDIS, ("2026-03-04T05:30:00Z", "second")),
        ("2026-03-04T08:30:00+03:00", GUATEMALA, ("2026-03-04T05:30:00Z", "second")),
        ("2026-03-04T08:30:00Z", GUATEMALA, ("2026-03-04T08:30:00Z", "second")),
        ("4 March 2026 11:30 pm", GUATEMALA, ("2026-03-05T05:30:00Z", "second")),
        ("2026-03-04 12:05 AM", ADDIS, ("2026-03-03T21:05:00Z", "second")),
        ("2026-03", ADDIS, ("2026-03-01T09:00:00Z", "month")),
    ],
)
def test_time__by_the_clock_of_the_city(text: str, zone: ZoneInfo, time: tuple[str, str]) -> None:
    assert read_time(text, NONE, zone) == time


def test_ethiopian_time_of_day__refused_unless_the_clock_is_declared() -> None:
    with pytest.raises(CellTrouble):
        read_time("24/06/2018 02:00", ETHIOPIAN, ADDIS)
    declared = Dates("day-first", "ethiopian", international_clock=True)
    assert read_time("24/06/2018 08:00", declared, ADDIS) == ("2026-03-03T05:00:00Z", "second")


def test_date_cell_of_a_workbook() -> None:
    typed = datetime(2018, 6, 24)
    assert of_cell(typed, DAY_FIRST) == typed
    with pytest.raises(CellTrouble):
        of_cell(typed, ETHIOPIAN)
    assert of_cell(typed, Dates(None, "ethiopian", "ethiopian")) == datetime(2026, 3, 3)
    assert of_cell(typed, Dates(None, "ethiopian", "gregorian")) == typed


@given(st.dates(date(1901, 1, 1), date(2190, 1, 1)), st.sampled_from(["%d/%m/%Y", "%d.%m.%Y", "%Y-%m-%d", "%d %B %Y"]))
def test_what_is_written_day_first__is_read_back(day: date, form: str) -> None:
    assert read_day(day.strftime(form), DAY_FIRST) == day


@given(st.text(max_size=30) | st.text("0123456789/-.: TZ+AMPapm", max_size=25), st.sampled_from([NONE, ISO, ETHIOPIAN]))
def test_any_text__is_a_time_or_refused(text: str, dates: Dates) -> None:
    try:
        time, precision = read_time(text, dates, GUATEMALA)
    except CellTrouble:
        return
    assert time.endswith("Z")
    assert precision in ("second", "day", "month")
