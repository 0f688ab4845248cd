"""The published figures of a city's period, as its readers see them: protected, from the current publication."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date
from typing import Any

from ingestion.gateway.database import Database

_FIGURES = """
select indicator_code, indicator, unit, place, place_code, period, period_start, result, target_text, note
from results.v_readable_results
where programme_code = %(programme)s and place_code = any(%(places)s) and dimension = 'total' and has_result
    and not is_context
    and (%(start)s::date is null or (period_end >= %(start)s and period_end <= %(end)s))
order by indicator_code, period_precision = 'year', period_start desc nulls last, funder nulls first
limit 200
"""
_WATERMARK = "select publication_id, created_at from ops.v_publications where is_current"


async def figures_of(
    database: Database, programme: str, places: Collection[str], start: date | None = None, end: date | None = None
) -> list[dict[str, Any]]:
    """The figures whose period ends between `start` and `end` (None: all), at most 200. Raises DatabaseAway."""
    return await database.fetch(_FIGURES, {"programme": programme, "places": list(places), "start": start, "end": end})


async def current_publication(database: Database) -> dict[str, Any] | None:
    """`publication_id` and `created_at` of what readers see; None before the first. Raises DatabaseAway."""
    rows = await database.fetch(_WATERMARK)
    return rows[0] if rows else None
