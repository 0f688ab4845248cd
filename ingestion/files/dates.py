"""Dates and times as people write them, by what their partner declares. What could mean two days is refused.

A date without a time of day becomes noon in its city, with the precision `day`: noon stays on its day in every zone
that may be meant. A time of day without an offset is the clock of its city; of an hour that happens twice when clocks
are put back, the first is taken. A year and month alone, such as 2026-03, has the precision `month`.
"""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from functools import cache
from zoneinfo import ZoneInfo

from ingestion.files.calendars import from_ethiopian
from ingestion.files.numbers import DIGITS
from ingestion.files.profile import Dates
from ingestion.files.trouble import CellTrouble
from ingestion.words import LANGUAGES, _t

_YEAR_FIRST = re.compile(r"(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})")
_YEAR_LAST = re.compile(r"(\d{1,2})[-/. ](\d{1,2})[-/. ](\d{4})")
_SHORT_YEAR = re.compile(r"\d{1,2}[-/. ](\d{1,2}|[^\W\d_]+\.?)[-/. ]\d{2}")
_MONTH = re.compile(r"(\d{4})-(\d{2})")
_DAY_NAME_YEAR = re.compile(r"(\d{1,2})(?:er|º)?[-. ]+(?:de )?([^\W\d_]+)\.?,?[- ]+(?:de )?(\d{4})")
_NAME_DAY_YEAR = re.compile(r"([^\W\d_]+)\.? +(\d{1,2}),? +(\d{4})")
_CLOCK = re.compile(
    r"(.*?)(?:[Tt]| +|, *)(\d{1,2}):(\d{2})(?::(\d{2})(?:\.\d{1,9})?)?(?: ?([AaPp])\.?[Mm]\.?)?"
    r" ?([Zz]|[+-]\d{2}:?\d{2})?"
)
_DIRECTION_MARKS = dict.fromkeys(map(ord, "\u200e\u200f\u061c"))

_NO_DATE = _t("This is not a date: write year, month and day, such as 2026-03-31.")
_NO_SUCH_DAY = _t("There is no such day: check day, month and year.")
_AMBIGUOUS = _t(
    "This date can be read in two ways, day first or month first: write it as 2026-03-31, or have the order of your "
    "organisation declared."
)
_YEAR_NEEDS_FOUR = _t("Write the year with four digits, such as 2026-03-31.")
_YEAR_FIRST_ONLY = _t("Write the date with its year first, such as 2026-03-31, as your organisation declared.")
_NO_CLOCK = _t(
    "Write the date alone: with the Ethiopian calendar it is not known by which clock a time of day is meant."
)
_ONLY_DAY = _t("Write the date alone, without a time of day.")
_CELL_CALENDAR = _t(
    "Your spreadsheet has turned this into a date of its own, and by your organisation's calendar it is not known "
    "which day was written: format the column as text and write the date again."
)


def read_day(text: str, dates: Dates) -> date:
    """The Gregorian day of a cell. Raises CellTrouble."""
    day, clock = _split(text)
    if clock is not None and (clock[0] != time(0) or clock[1] is not None):
        raise CellTrouble("invalid_date", _ONLY_DAY)
    return _day(day, dates)


def read_time(text: str, dates: Dates, zone: ZoneInfo) -> tuple[str, str]:
    """The time (RFC 3339, UTC) and its precision: second, day or month. Raises CellTrouble."""
    day, clock = _split(text)
    if clock is not None:
        if dates.calendar == "ethiopian" and not dates.international_clock:
            raise CellTrouble("invalid_date", _NO_CLOCK)
        moment = datetime.combine(_day(day, dates), clock[0], clock[1] or zone)
        return utc(moment), "second"
    month = _MONTH.fullmatch(day)
    if month is not None and dates.calendar == "gregorian":
        return utc(datetime.combine(_exact(int(month[1]), int(month[2]), 1), time(12), zone)), "month"
    return noon(_day(day, dates), zone), "day"


def noon(day: date, zone: ZoneInfo) -> str:
    """Noon of a day in a time zone."""
    return utc(datetime.combine(day, time(12), zone))


def utc(moment: datetime) -> str:
    """RFC 3339 in UTC. Raises CellTrouble beyond the years that a calendar has."""
    try:
        return f"{moment.astimezone(UTC).replace(tzinfo=None).isoformat()}Z"
    except OverflowError:
        raise CellTrouble("invalid_date", _NO_SUCH_DAY) from None


def of_cell(value: datetime, dates: Dates) -> datetime:
    """The Gregorian moment of a date cell of a workbook, as `dates` says how to take it. Raises CellTrouble."""
    if dates.calendar == "gregorian" or dates.date_cells == "gregorian":
        return value
    if dates.date_cells is None:
        raise CellTrouble("invalid_date", _CELL_CALENDAR)
    return datetime.combine(_exact(value.year, value.month, value.day, "ethiopian"), value.time())


def _split(text: str) -> tuple[str, tuple[time, tzinfo | None] | None]:
    """The day's part, and the clock with its offset if the text has one."""
    text = text.translate(DIGITS).translate(_DIRECTION_MARKS).strip()
    found = _CLOCK.fullmatch(text)
    if found is None:
        return text, None
    day, hours, minutes, seconds, half, offset = found.groups()
    hour = int(hours)
    if half is not None:
        if not 1 <= hour <= 12:
            raise CellTrouble("invalid_date", _NO_SUCH_DAY)
        hour = hour % 12 + (12 if half in "Pp" else 0)
    try:
        clock = time(hour, int(minutes), int(seconds or 0))
        return day.strip(), (clock, _offset(offset))
    except ValueError:
        raise CellTrouble("invalid_date", _NO_SUCH_DAY) from None


def _offset(text: str | None) -> tzinfo | None:
    return None if text is None else datetime.fromisoformat(f"2000-01-01T00:00:00{text.upper()}").tzinfo


def _day(text: str, dates: Dates) -> date:
    found = _YEAR_FIRST.fullmatch(text)
    if found is not None:
        return _exact(int(found[1]), int(found[2]), int(found[3]), dates.calendar)
    if dates.order == "iso":
        raise CellTrouble("invalid_date", _YEAR_FIRST_ONLY)
    found = _YEAR_LAST.fullmatch(text)
    if found is not None:
        first, second, year = int(found[1]), int(found[2]), int(found[3])
        return _exact(year, *_month_and_day(first, second, dates), dates.calendar)
    if _SHORT_YEAR.fullmatch(text):
        raise CellTrouble("ambiguous_date", _YEAR_NEEDS_FOUR)
    if dates.calendar == "gregorian":
        named = _named(text)
        if named is not None:
            return _exact(*named)
    raise CellTrouble("invalid_date", _NO_DATE)


def _month_and_day(first: int, second: int, dates: Dates) -> tuple[int, int]:
    if dates.order == "day-first":
        return second, first
    if dates.order == "month-first":
        return first, second
    months = 13 if dates.calendar == "ethiopian" else 12
    if first == second or first > months:
        return second, first
    if second > months:
        return first, second
    raise CellTrouble("ambiguous_date", _AMBIGUOUS)


def _named(text: str) -> tuple[int, int, int] | None:
    found = _DAY_NAME_YEAR.fullmatch(text)
    if found is not None:
        day, name, year = found.groups()
    else:
        found = _NAME_DAY_YEAR.fullmatch(text)
        if found is None:
            return None
        name, day, year = found.groups()
    month = _month_names().get(name.casefold())
    return None if month is None else (int(year), month, int(day))


@cache
def _month_names() -> dict[str, int]:
    """Full and short names of the months in our languages, without what two months share."""
    from babel.dates import get_month_names

    names: dict[str, set[int]] = {}
    for language in LANGUAGES:
        for width in ("wide", "abbreviated"):
            for form in ("format", "stand-alone"):
                for month, name in get_month_names(width, form, language).items():
                    names.setdefault(name.casefold().rstrip("."), set()).add(month)
    return {name: months.pop() for name, months in names.items() if len(months) == 1}


def _exact(year: int, month: int, day: int, calendar: str = "gregorian") -> date:
    try:
        found = from_ethiopian(year, month, day) if calendar == "ethiopian" else date(year, month, day)
    except (ValueError, OverflowError):
        raise CellTrouble("invalid_date", _NO_SUCH_DAY) from None
    # Elsewhere in time a slip of the pen is meant, and time zones had odd minutes.
    if not timedelta(0) <= found - date(1900, 1, 2) <= timedelta(days=109_000):
        raise CellTrouble("invalid_date", _NO_SUCH_DAY)
    return found
