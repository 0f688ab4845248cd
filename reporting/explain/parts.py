"""Cells of the same publication that a cell is the sum of."""

from __future__ import annotations

from typing import Any

import psycopg
from psycopg.rows import dict_row


def parts(conn: psycopg.Connection, cell: dict[str, Any], publication_id: int) -> list[dict[str, Any]]:
    """The same figure for each place within the cell's: `equation` tells apart ways to add up to it.

    A part that is hidden has no `actual` and says so in `suppression`. A cell of a city has no parts.
    """
    with conn.cursor(row_factory=dict_row) as cursor:
        return cursor.execute(_QUERY, {**cell, "id": publication_id}).fetchall()


_QUERY = """
    select s.equation, r.cell_id, r.geography_code, r.geography_name, r.actual, r.suppression
    from warehouse.int_place_sums as s
    inner join published.indicator_results as r
        on s.programme_code = r.programme_code and s.child_code = r.geography_code
    where
        s.programme_code = %(programme_code)s
        and s.parent_code = %(geography_code)s
        and r.indicator_code = %(indicator_code)s
        and r.framework_version = %(framework_version)s
        and r.period_start = %(period_start)s
        and r.period_end = %(period_end)s
        and r.period_precision = %(period_precision)s
        and r.basis is not distinct from %(basis)s
        and r.dimension = %(dimension)s
        and r.dimension_value = %(dimension_value)s
        and r.funder is not distinct from %(funder)s
        and r.kind = %(kind)s
        and r.origin = 'computed'
        and r.target_is_current is not false
        and r.valid_from_publication <= %(id)s
        and (r.valid_to_publication is null or r.valid_to_publication > %(id)s)
    order by s.equation, r.geography_code
"""
