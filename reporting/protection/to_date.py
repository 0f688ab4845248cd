"""Which figures to date of a phase are hidden: they follow their years, which must be judged before."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Set
from dataclasses import dataclass
from itertools import groupby
from operator import attrgetter

import psycopg
from psycopg.rows import class_row

#: Years that the candidate does not make anew are as the last publication has them.
_ROWS = """
    with to_date as (
        select r.*
        from candidate.indicator_results as r
        inner join warehouse.dim_indicators as i on r.indicator_code = i.indicator_code
        where r.origin = 'computed' and r.funder is null and r.period_precision = 'phase' and i.threshold > 0
    ),

    years as (
        select
            programme_code, indicator_code, geography_level, geography_code, period_start, dimension, dimension_value,
            actual_exact, suppression
        from candidate.indicator_results
        where origin = 'computed' and funder is null and period_precision = 'year'
        union
        select
            programme_code, indicator_code, geography_level, geography_code, period_start, dimension, dimension_value,
            actual_exact, suppression
        from published.indicator_results
        where
            valid_to_publication is null
            and origin = 'computed'
            and funder is null
            and period_precision = 'year'
            and indicator_code in (select t.indicator_code from to_date as t)
            and component not in (select c.component from ops.replaced_components as c)
    )

    select
        t.component,
        t.cell_id,
        t.geography_code as place,
        t.unit_of_count in ('contact', 'arrival') as adds_up,
        t.actual_exact as number,
        t.suppression is not null as is_hidden,
        coalesce(bool_or(y.suppression is not null), false) as has_hidden_year,
        coalesce(max(y.actual_exact), 0) as highest_year,
        coalesce(sum(y.actual_exact), 0) as all_years
    from to_date as t
    left join years as y
        on
            t.programme_code = y.programme_code
            and t.indicator_code = y.indicator_code
            and t.geography_level = y.geography_level
            and t.geography_code = y.geography_code
            and t.dimension = y.dimension
            and t.dimension_value = y.dimension_value
            and y.period_start between t.period_start and t.period_end
    group by
        t.component, t.cell_id, t.geography_code, t.unit_of_count, t.actual_exact, t.suppression
    order by t.component
"""
_CONTAINERS = "select distinct city, geography_code from warehouse.int_place_containers"


@dataclass(frozen=True)
class ToDate:
    """A figure to date and what its years say. `adds_up`: it is the sum of its years, as contacts are."""

    component: str
    cell_id: str
    place: str
    adds_up: bool
    number: int
    is_hidden: bool
    has_hidden_year: bool
    highest_year: int
    all_years: int

    @property
    def is_open(self) -> bool:
        """Some came in several years and some did not: no bound between years and phase is met."""
        return self.highest_year < self.number < self.all_years


def hidden_to_date(conn: psycopg.Connection) -> list[str]:
    """Cells of the candidate that are shown and must not be. `conn` has judged all months and years."""
    containers: dict[str, set[str]] = {}
    for city, place in conn.execute(_CONTAINERS):
        containers.setdefault(city, set()).add(place)
    with conn.cursor(row_factory=class_row(ToDate)) as cursor:
        rows = cursor.execute(_ROWS).fetchall()
    return [
        cell_id for _, group in groupby(rows, key=attrgetter("component")) for cell_id in to_hide(group, containers)
    ]


def to_hide(component: Iterable[ToDate], containers: Mapping[str, Set[str]]) -> Iterator[str]:
    """Of the figures to date of one indicator and phase those to hide: with a hidden year, and for people every place
    around a city that is hidden and not open. `containers`: city to all places it counts for.
    """
    cells = list(component)
    closed: set[str] = set()
    for cell in cells:
        if not cell.adds_up and (cell.has_hidden_year or cell.is_hidden) and not cell.is_open:
            closed |= containers.get(cell.place, set())
    for cell in cells:
        if not cell.is_hidden and (cell.has_hidden_year or cell.place in closed):
            yield cell.cell_id
