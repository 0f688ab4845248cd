"""The published figures of cities, as their readers see them: protected, from the current publication."""

from __future__ import annotations

import re
from collections.abc import Collection
from datetime import date
from typing import Any

from babel.dates import format_date
from babel.numbers import format_decimal

from ingestion.gateway.database import Database
from ingestion.words import _t, say

_COLUMNS = """indicator_code, indicator, place, period, period_start, period_precision, result, target_text,
    is_simulated
from results.v_readable_results
where programme_code = %(programme)s and place_code = any(%(places)s) and dimension = 'total' and has_result
    and not is_context"""
_OF_PERIOD = f"""select {_COLUMNS} and period_end between %(start)s and %(end)s
    and (period_start is null or period_start >= %(start)s)
order by indicator_code, place, period_precision = 'year', period_start desc, funder nulls first
limit 200"""
_LATEST = f"""select distinct on (indicator_code, place_code) {_COLUMNS}
order by indicator_code, place_code, period_precision = 'year', period_start desc nulls last, funder nulls first
limit 200"""
_WATERMARK = "select publication_id, created_at from ops.v_publications where is_current"

_NUMBER = re.compile(r"([0-9]{1,3}(?:,[0-9]{3})*(?:\.[0-9]+)?)(%?)")
_PHRASES = (_t("hidden to protect people"), _t("no figure yet"), _t("no number in the source"))
_SHAPES = {"month": "LLLL y", "quarter": "QQQ y"}


async def figures_of_period(
    database: Database, programme: str, places: Collection[str], start: date, end: date
) -> list[dict[str, Any]]:
    """The figures whose period lies within `start` and `end`, at most 200. Raises DatabaseAway."""
    return await database.fetch(
        _OF_PERIOD, {"programme": programme, "places": list(places), "start": start, "end": end}
    )


async def latest_figures(database: Database, programme: str, places: Collection[str]) -> list[dict[str, Any]]:
    """The latest figure of each indicator and place, at most 200. Raises DatabaseAway."""
    return await database.fetch(_LATEST, {"programme": programme, "places": list(places)})


async def current_publication(database: Database) -> dict[str, Any] | None:
    """`publication_id` and `created_at` of what readers see; None before the first. Raises DatabaseAway."""
    rows = await database.fetch(_WATERMARK)
    return rows[0] if rows else None


def in_language(figures: list[dict[str, Any]], language: str) -> list[dict[str, Any]]:
    """The same figures with numbers and periods as the language writes them; words of the sources stay as they are."""
    return [
        {
            **figure,
            "period": _period(figure, language),
            "result": _result(figure["result"], language),
            "target_text": _result(figure["target_text"] or "", language),
        }
        for figure in figures
    ]


def _period(figure: dict[str, Any], language: str) -> str:
    shape = _SHAPES.get(figure["period_precision"])
    if shape is None or figure["period_start"] is None:
        return str(figure["period"])
    return format_date(figure["period_start"], shape, locale=language)


def _result(text: str, language: str) -> str:
    found = _NUMBER.fullmatch(text)
    if found is not None:
        places = len(found[1].partition(".")[2])
        number = format_decimal(float(found[1].replace(",", "")), f"#,##0.{'0' * places}", locale=language)
        return f"{number}{found[2]}"
    return say(language, text) if text in _PHRASES else text
