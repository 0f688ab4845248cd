"""Finds a cell of a publication by its id or by words."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date
from typing import Any

import psycopg
from psycopg.rows import dict_row

from reporting.publications.model import PublicationError

_ID = re.compile(r"[0-9a-f]{32}")
_PERIOD = re.compile(r"(\d{4})(?:-(0[1-9]|1[0-2])|-Q([1-4]))?|phase[- ](\w+)")
#: Programme, indicator, place, period; or these with a dimension and one of its values.
_LENGTHS = (4, 6)


def find_cell(conn: psycopg.Connection, words: Sequence[str], publication_id: int) -> dict[str, Any]:
    """The row of published.indicator_results that `words` name in a publication.

    `words` are a cell_id, or programme, indicator, place, period (2019, 2019-Q1, 2019-03 or phase-I) and, if wanted, a
    dimension and a value. Raises PublicationError if there is no such cell, or several.
    """
    if len(words) == 1 and _ID.fullmatch(words[0]):
        where, values = "r.cell_id = %(cell_id)s", {"cell_id": words[0]}
    else:
        where, values = _BY_WORDS, _by_words(words)
    with conn.cursor(row_factory=dict_row) as cursor:
        found = cursor.execute(_QUERY + where, {**values, "id": publication_id}).fetchall()
    if len(found) == 1:
        return found[0]
    named = " ".join(words)
    if not found:
        raise PublicationError(
            f"Publication {publication_id} has no cell {named}: results.indicator_results lists the cells that exist."
        )
    raise PublicationError(
        f"{named} names {len(found)} cells of publication {publication_id}: give the id of one of them: "
        + ", ".join(f"{row['cell_id']} ({row['period_precision']}, {row['basis']})" for row in found[:10])
    )


def _by_words(words: Sequence[str]) -> dict[str, Any]:
    period = _PERIOD.fullmatch(words[3]) if len(words) in _LENGTHS else None
    if period is None:
        raise PublicationError(
            f"{' '.join(words)!r} is no cell: give its id, or programme, indicator, place and period "
            "(2019, 2019-Q1, 2019-03 or phase-I), and if you want a part, a dimension and its value."
        )
    year, month, quarter, phase = period.groups()
    dimension, value = words[4:] or ("total", "total")
    return {
        "programme": words[0],
        "indicator": words[1],
        "place": words[2],
        "start": date(int(year), int(month or 3 * int(quarter or 1) - 2), 1) if year else None,
        "precision": "phase" if phase else "month" if month else "quarter" if quarter else "year",
        "phase": phase,
        "dimension": dimension,
        "value": value,
    }


_QUERY = """
    select r.*
    from published.indicator_results as r
    where
        r.valid_from_publication <= %(id)s
        and (r.valid_to_publication is null or r.valid_to_publication > %(id)s)
        and
"""

_BY_WORDS = """
    r.programme_code = %(programme)s
    and r.indicator_code = %(indicator)s
    and r.geography_code = %(place)s
    and (r.period_start = %(start)s or r.phase = %(phase)s)
    and r.period_precision = %(precision)s
    and r.dimension = %(dimension)s
    and r.dimension_value = %(value)s
    and r.funder is null
    and r.kind = 'actual'
    and r.target_is_current is not false
"""
