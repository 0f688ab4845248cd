"""My data: what came in each week, how late, what was refused most, and what was published from it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import Response

from ingestion.gateway.partner.advice import advice_for
from ingestion.gateway.partner.desk import Desk
from ingestion.gateway.partner.figures import current_publication, in_language, latest_figures
from ingestion.gateway.partner.guarded import add_pages

WEEKS = 12
_PLACES = 40
_WEEKS = """
select week_start, city, outcome, code, events, last_received_at, median_days_late
from ops.v_partner_weeks where partner = %s and programme = %s
"""


@dataclass(frozen=True)
class Week:
    """One week's counts, and the heights of its bars in the drawing (0 to 100)."""

    start: date
    accepted: int
    rejected: int
    accepted_height: float
    rejected_height: float


@dataclass(frozen=True)
class Overview:
    """What the rows of the last weeks say."""

    weeks: list[Week]
    accepted: int
    rejected: int
    last_received_at: datetime | None
    days_late: float | None
    reasons: list[tuple[str, int]]
    cities: list[str]


def overview(rows: Sequence[dict[str, Any]], today: date) -> Overview:
    """Counts by week (the last WEEKS), lateness as the median of the weeks' medians weighted by events, reasons."""
    accepted: Counter[date] = Counter()
    rejected: Counter[date] = Counter()
    reasons: Counter[str] = Counter()
    late: list[tuple[float, int]] = []
    for row in rows:
        if row["outcome"] == "accepted":
            accepted[row["week_start"]] += row["events"]
            late.append((float(row["median_days_late"]), row["events"]))
        else:
            rejected[row["week_start"]] += row["events"]
            reasons[row["code"]] += row["events"]
    monday = today - timedelta(days=today.weekday())
    starts = [monday - timedelta(weeks=back) for back in reversed(range(WEEKS))]
    highest = max((accepted[start] + rejected[start] for start in starts), default=0) or 1
    weeks = [
        Week(
            start,
            accepted[start],
            rejected[start],
            100 * accepted[start] / highest,
            100 * rejected[start] / highest,
        )
        for start in starts
    ]
    return Overview(
        weeks,
        sum(accepted.values()),
        sum(rejected.values()),
        max((row["last_received_at"] for row in rows), default=None),
        _weighted_median(late),
        reasons.most_common(5),
        sorted({row["city"] for row in rows if row["city"]})[:_PLACES],
    )


def router(desk: Desk) -> APIRouter:
    """/partner/data."""
    made = APIRouter()

    async def show(request: Request) -> Response:
        visitor = await desk.visitor(request)
        key, database = visitor.key, desk.services.database
        seen = overview(await database.fetch(_WEEKS, [key.partner, key.programme]), datetime.now(UTC).date())
        places = sorted(key.cities or seen.cities)
        figures = await latest_figures(database, key.programme, places)
        return desk.page(
            request,
            "data.html",
            visitor,
            seen=seen,
            reasons=[(code, advice_for(code), count) for code, count in seen.reasons],
            figures=in_language(figures, desk.language(request)),
            publication=await current_publication(database),
        )

    add_pages(made, desk, [("GET", "/partner/data", show)])
    return made


def _weighted_median(values: list[tuple[float, int]]) -> float | None:
    half = sum(weight for _, weight in values) / 2
    reached = 0
    for value, weight in sorted(values):
        reached += weight
        if reached >= half:
            return value
    return None
