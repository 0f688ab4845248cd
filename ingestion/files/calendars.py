"""The Ethiopian calendar: twelve months of 30 days and a thirteenth of 5, or of 6 in every fourth year."""

from __future__ import annotations

from datetime import date

#: Proleptic ordinal of the day before 1 Meskerem of year 1 (29 August 8, Julian = 27 August 8, Gregorian).
_BEFORE_FIRST = date(8, 8, 26).toordinal()


def from_ethiopian(year: int, month: int, day: int) -> date:
    """The Gregorian day. Raises ValueError if the Ethiopian calendar has no such day."""
    last = 30 if month < 13 else 6 if year % 4 == 3 else 5
    if year < 1 or not 1 <= month <= 13 or not 1 <= day <= last:
        raise ValueError("no such day in the Ethiopian calendar")
    return date.fromordinal(_BEFORE_FIRST + 365 * (year - 1) + year // 4 + 30 * (month - 1) + day)
