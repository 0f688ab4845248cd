"""What is not there yet before a release can be made: city by city and quarter by quarter."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any

import psycopg
from psycopg.rows import dict_row

from reporting.releases.model import Missing, ReleaseError, Window

_WHAT = {
    None: ("not submitted", "Its focal point submits the period."),
    "draft": ("not submitted", "Its focal point submits the period."),
    "submitted": ("submitted, not validated", "The programme officer validates it, or returns it with a comment."),
    "returned": ("returned to the city", "Its focal point mends what the comment says and submits again."),
}
_NARRATIVE = ("without a text", "Its focal point adds the text of the period.")
_HELD = (
    "held out of the results",
    "Look at ops.v_city_gate for the reason; `make up` or the next load judges it again.",
)
#: How far along each state is: of several periods that cover a quarter the furthest counts.
_ORDER = {"draft": 0, "returned": 1, "submitted": 2, "validated": 3}

#: Cities that have figures of their own in the window.
_CITIES = """
    select distinct r.geography_code
    from published.indicator_results as r
    where
        r.programme_code = %(programme)s
        and r.geography_level = 'city'
        and r.kind = 'actual'
        and r.outcome_code is not null
        and r.period_end between %(start)s and %(end)s
        and r.valid_from_publication <= %(publication_id)s
        and (r.valid_to_publication is null or r.valid_to_publication > %(publication_id)s)
    order by r.geography_code
"""
_STATUS = """
    select geography_code, period_start, period_end, status, has_narrative
    from ops.v_report_status
    where programme_code = %(programme)s and period_start <= %(end)s::text and period_end >= %(start)s::text
"""
_GATES = "select city, reason from ops.city_gate where programme = %(programme)s and state = 'held' order by city"


def missing(conn: psycopg.Connection, window: Window, publication_id: int) -> list[Missing]:
    """What a release of this publication would lack; nothing if all is there. Raises ReleaseError for odd windows."""
    asked = {**window.as_dict(), "publication_id": publication_id}
    with conn.cursor(row_factory=dict_row) as cursor:
        cities = [row["geography_code"] for row in cursor.execute(_CITIES, asked)]
        standings = cursor.execute(_STATUS, asked).fetchall()
        held = [row["city"] for row in cursor.execute(_GATES, asked)]
    found = [Missing(city, f"{window.start} to {window.end}", *_HELD) for city in held]
    for city in cities:
        own = [row for row in standings if row["geography_code"] == city]
        for start, end in quarters(window):
            found += _of_quarter(city, start, end, own)
    return found


def quarters(window: Window) -> Iterator[tuple[date, date]]:
    """First and last day of each quarter in it. Raises ReleaseError if it is not made of whole quarters."""
    if window.start > window.end or not (_begins(window.start) and _begins(_day_after(window.end))):
        raise ReleaseError(
            f"A release speaks of whole quarters, and {window.start} to {window.end} is not: begin on the first day of "
            "January, April, July or October, and end on the last day of March, June, September or December."
        )
    start = window.start
    while start < window.end:
        following = date(start.year + (start.month == 10), (start.month + 2) % 12 + 1, 1)
        yield start, date.fromordinal(following.toordinal() - 1)
        start = following


def _of_quarter(city: str, start: date, end: date, standings: list[dict[str, Any]]) -> list[Missing]:
    covering = [
        row for row in standings if row["period_start"] <= start.isoformat() and row["period_end"] >= end.isoformat()
    ]
    period = f"{start.year}-Q{(start.month + 2) // 3}"
    best = max(covering, key=lambda row: (_ORDER[row["status"]], row["has_narrative"]), default=None)
    if best is None or best["status"] != "validated":
        return [Missing(city, period, *_WHAT[best["status"] if best else None])]
    return [] if best["has_narrative"] else [Missing(city, period, *_NARRATIVE)]


def _begins(day: date) -> bool:
    return day.day == 1 and day.month in (1, 4, 7, 10)


def _day_after(day: date) -> date:
    return date.fromordinal(day.toordinal() + 1)
