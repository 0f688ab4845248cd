"""Hide of a release what earlier releases would give away: a few people by whom two of them differ."""

from __future__ import annotations

from collections.abc import Set
from itertools import groupby
from operator import itemgetter
from typing import Any

import psycopg
from psycopg.rows import dict_row

from reporting.protection.candidate import BLANK, ComponentRows, place_sums, read_component
from reporting.protection.cells import Cell, Component, PlaceSums
from reporting.protection.rule import hide, hide_more, satisfy
from reporting.releases.differences import Earlier, hide_small_differences
from reporting.releases.model import Window
from reporting.releases.side_by_side import side_by_side

HIDDEN = "between_releases"

_NUMBERS = """
    select
        r.component, r.cell_id, r.geography_code, r.period_start, r.period_precision, r.dimension, r.dimension_value,
        r.actual_exact, r.numerator_exact, r.denominator_exact, r.suppression, r.unit_of_count,
        i.threshold, i.small_cell_policy, s.cell_id is not null as is_released, s.suppression as released_suppression
    from published.indicator_results as r
    inner join warehouse.dim_indicators as i on r.indicator_code = i.indicator_code
    left join {cells} as s on r.cell_id = s.cell_id {which}
    where
        r.programme_code = %(programme)s
        and r.origin = 'computed'
        and r.funder is null
        and i.threshold > 0
        and r.component = any(%(components)s)
        and r.valid_from_publication <= %(publication_id)s
        and (r.valid_to_publication is null or r.valid_to_publication > %(publication_id)s)
    order by r.component, r.cell_id
"""
_NOW = _NUMBERS.format(cells="release_cells", which="")
_THEN = _NUMBERS.format(cells="releases.cells", which="and s.release_id = %(release_id)s")
#: Releases whose months touch the window, and what is judged together of both.
_EARLIER = """
    select release_id, publication_id from releases.releases
    where programme_code = %(programme)s and period_start <= %(end)s and period_end >= %(start)s
    order by release_id
"""
_COMPONENTS = "select distinct component from release_cells where component is not null order by component"

#: Figures to date of which this release hides a year that the publication shows: of contacts that of the same place and
#: part, of people those of all places around it too.
_BESIDE_HIDDEN_YEAR = """
    select distinct t.cell_id
    from release_cells as y
    inner join release_cells as t
        on
            y.indicator_code = t.indicator_code
            and y.dimension = t.dimension
            and y.dimension_value = t.dimension_value
            and y.period_start between t.period_start and t.period_end
            and t.period_precision = 'phase'
            and t.origin = 'computed'
    left join warehouse.int_place_containers as c
        on y.programme_code = c.programme_code and y.geography_code = c.city and t.geography_code = c.geography_code
    where
        y.period_precision = 'year'
        and y.suppression = 'between_releases'
        and (
            y.geography_code = t.geography_code
            or (c.city is not null and t.unit_of_count not in ('contact', 'arrival'))
        )
"""


def protect_release(conn: psycopg.Connection, window: Window, publication_id: int) -> int:
    """Blank rows of the temporary table release_cells; returns how many. The first release of a period hides nothing.

    `conn` is in the transaction that made the table from publication `publication_id`.
    """
    with conn.cursor(row_factory=dict_row) as cursor:
        earlier = cursor.execute(_EARLIER, window.as_dict()).fetchall()
        components = [row["component"] for row in cursor.execute(_COMPONENTS)]
    if not earlier or not components:
        return 0
    asked = {"programme": window.programme, "components": components}
    then = [_released(conn, {**asked, **each}) for each in earlier]
    places = place_sums(conn)[window.programme]
    with conn.cursor(row_factory=dict_row) as cursor:
        rows = cursor.execute(_NOW, {**asked, "publication_id": publication_id}).fetchall()
    groups = {name: list(group) for name, group in groupby(rows, key=itemgetter("component"))}
    to_date = {name for name, own in groups.items() if own[0]["period_precision"] == "phase"}

    def protect(name: str, beside_hidden_year: Set[str] = frozenset()) -> list[str]:
        found, own = read_component(iter(groups[name])), groups[name]
        released = {row["cell_id"] for row in own if row["is_released"]}
        _outside_is_hidden(found, released)
        hide(found.component, {cell for cell, ids in found.ids.items() if not beside_hidden_year.isdisjoint(ids)})
        protect_component(found.component, places, [each[name] for each in then if name in each])
        return [cell_id for cell_id in found.changed() if cell_id in released]

    shorter = _blank(conn, [cell_id for name in groups.keys() - to_date for cell_id in protect(name)])
    # Only now it is known which years this release hides.
    beside = {cell_id for (cell_id,) in conn.execute(_BESIDE_HIDDEN_YEAR)}
    return shorter + _blank(conn, [cell_id for name in sorted(to_date) for cell_id in protect(name, beside)])


def protect_component(component: Component, places: PlaceSums, then: list[Earlier]) -> None:
    """Extend `component.hidden`, and shorten `component.coded`, until it gives away nothing beside earlier releases."""
    joined, sums = side_by_side(component, places, then)
    component.public |= joined.public & component.numbers.keys()
    component.hidden -= component.public
    while True:
        before = len(joined.hidden)
        for earlier in then:
            hide_small_differences(component, places, earlier)
        joined.hidden |= component.hidden
        satisfy(joined, sums)
        hide_more(joined, sums)
        component.hidden = joined.hidden & component.numbers.keys()
        component.coded &= joined.coded
        if len(joined.hidden) == before:
            return


def _outside_is_hidden(found: ComponentRows, released: set[str]) -> None:
    """What lies outside the window is not part of the release, so no reader of it has the number."""
    for cell, ids in found.ids.items():
        if not released.intersection(ids):
            found.component.hidden |= {each for each in found.component.numbers if _belongs(each, cell)}


def _belongs(number: Cell, cell: Cell) -> bool:
    return number == cell or (number.dimension == "share" and number[:3] == cell[:3])


def _released(conn: psycopg.Connection, asked: dict[str, Any]) -> dict[str, Earlier]:
    """By component, the numbers of the publication of an earlier release, and which of them it showed."""
    with conn.cursor(row_factory=dict_row) as cursor:
        rows = cursor.execute(_THEN, asked).fetchall()
    return {name: Earlier.read(list(group)) for name, group in groupby(rows, key=itemgetter("component"))}


def _blank(conn: psycopg.Connection, cell_ids: list[str]) -> int:
    nothing = ", ".join(f"{column} = null" for column in BLANK)
    query = f"""
        update release_cells
        set
            {nothing},
            suppression = %s,
            status = case when status in ('no_target', 'no_actual') then status else 'hidden' end
        where cell_id = any(%s)
    """  # noqa: S608
    return conn.execute(query, [HIDDEN, cell_ids]).rowcount
