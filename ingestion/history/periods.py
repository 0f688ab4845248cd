"""Read the periods and dates of the history file, such as `2020-11 (month, inferred)`."""

from __future__ import annotations

import re
from calendar import monthrange
from dataclasses import dataclass
from datetime import date

_PATTERN = re.compile(
    r"(?P<start>\d{4}(-\d{2}(-\d{2})?)?)(\.\.(?P<end>\d{4}-\d{2}-\d{2}))?"
    r" \((?P<precision>day|month|year|range)(?P<inferred>, inferred)?\)"
)
_LENGTH = {"day": 10, "month": 7, "year": 4, "range": 10}


@dataclass(frozen=True)
class Period:
    """First and last day, both included; both None where the precision is `unknown`."""

    start: date | None
    end: date | None
    precision: str
    inferred: bool


def parse_period(text: str) -> Period:
    """Read `unknown`, `2007 (year)`, `2020-11 (month, inferred)`, `2021-10-16 (day)` or `DAY..DAY (range)`.

    Raises ValueError, saying what is expected, for anything else.
    """
    if text == "unknown":
        return Period(None, None, "unknown", False)
    match = _PATTERN.fullmatch(text)
    if (
        match is None
        or len(match["start"]) != _LENGTH[match["precision"]]
        or (match["end"] is not None) != (match["precision"] == "range")
    ):
        raise ValueError(
            f"the period {text!r} cannot be read: write unknown, 2007 (year), 2020-11 (month, inferred), "
            "2021-10-16 (day) or 2021-01-18..2021-01-26 (range)"
        )
    start, end = _days(match["start"], match["end"])
    if end < start:
        raise ValueError(f"the period {text!r} ends before it starts")
    return Period(start, end, match["precision"], match["inferred"] is not None)


def _days(start: str, end: str | None) -> tuple[date, date]:
    if end is not None:
        return date.fromisoformat(start), date.fromisoformat(end)
    if len(start) == 4:
        return date(int(start), 1, 1), date(int(start), 12, 31)
    if len(start) == 7:
        year, month = (int(part) for part in start.split("-"))
        return date(year, month, 1), date(year, month, monthrange(year, month)[1])
    return date.fromisoformat(start), date.fromisoformat(start)
