"""Read the components of the candidate that hide something, hide more where it takes it, and write that back."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import groupby
from operator import itemgetter
from typing import Any

import psycopg
from psycopg.rows import dict_row

from reporting.protection.cells import PART, REST, Cell, Component, sums_of
from reporting.protection.rule import hide_more

#: What a hidden cell does not say, whatever it said before.
BLANK = (
    "actual", "actual_low", "actual_high", "actual_qualifier", "numerator", "denominator", "achievement",
    "completeness",
)  # fmt: skip
HIDDEN, CODED = "complementary", "bottom_coded"

_PLACES = "select programme_code, child_code, equation, parent_code from warehouse.int_place_sums"
_ROWS = """
    select
        r.component, r.cell_id, r.geography_code, r.period_start, r.period_precision, r.dimension, r.dimension_value,
        r.actual_exact, r.numerator_exact, r.denominator_exact, r.suppression, r.unit_of_count,
        i.threshold, i.small_cell_policy
    from candidate.indicator_results as r
    inner join warehouse.dim_indicators as i on r.indicator_code = i.indicator_code
    where
        r.origin = 'computed'
        and r.funder is null
        and r.component in (
            select h.component from candidate.indicator_results as h
            where h.suppression in ('complementary', 'bottom_coded')
        )
    order by r.component
"""


@dataclass
class _Rows:
    """A component with the rows that show it: a cell with several targets has several."""

    component: Component
    ids: dict[Cell, list[str]] = field(default_factory=dict)
    told: dict[str, str | None] = field(default_factory=dict)

    def changed(self) -> Iterator[str]:
        """Rows that are to say less than they do."""
        for cell in self.component.hidden - self.component.coded:
            yield from (cell_id for cell_id in self.ids.get(cell, ()) if self.told[cell_id] != HIDDEN)


def protect_candidate(conn: psycopg.Connection) -> int:
    """Hide what could still be worked out of candidate.indicator_results; returns how many rows say less than before.

    `conn` must be outside a transaction; all is written in one. Repeating it changes nothing.
    """
    with conn.transaction():
        places = _place_sums(conn)
        changed: list[str] = []
        with conn.cursor(name="hiding", row_factory=dict_row) as cursor:
            cursor.itersize = 20_000
            for component, rows in groupby(cursor.execute(_ROWS), key=itemgetter("component")):
                found = _read(rows)
                hide_more(found.component, sums_of(found.component, places[component.split("|")[0]]))
                changed += found.changed()
        _write(conn, changed)
    return len(changed)


def _place_sums(conn: psycopg.Connection) -> dict[str, dict[str, list[tuple[str, str]]]]:
    """By programme and place, the sums that the place is a part of."""
    found: dict[str, dict[str, list[tuple[str, str]]]] = defaultdict(lambda: defaultdict(list))
    for programme, child, equation, parent in conn.execute(_PLACES):
        found[programme][child].append((equation, parent))
    return found


def _read(rows: Iterator[dict[str, Any]]) -> _Rows:
    found: _Rows | None = None
    for row in rows:
        if found is None:
            over_time = row["unit_of_count"] in ("contact", "arrival")
            coded = row["small_cell_policy"] == "bottom_code_5" and row["unit_of_count"] != "percent"
            found = _Rows(Component(row["threshold"], over_time, coded))
        _add(found, row)
    assert found is not None
    return found


def _add(found: _Rows, row: dict[str, Any]) -> None:
    names = ("geography_code", "period_start", "period_precision", "dimension", "dimension_value")
    cell = Cell(*(row[name] for name in names))
    found.ids.setdefault(cell, []).append(row["cell_id"])
    found.told[row["cell_id"]] = row["suppression"]
    numbers = {cell: row["actual_exact"]}
    if row["denominator_exact"] is not None:
        part, whole = row["numerator_exact"], row["denominator_exact"]
        parts = {PART: part, REST: whole - part}
        numbers = {cell: whole} | {cell._replace(dimension=d, value=v): n for (d, v), n in parts.items()}
    component = found.component
    component.numbers |= {each: int(number) for each, number in numbers.items()}
    if row["suppression"] in (HIDDEN, CODED):
        component.hidden |= numbers.keys()
    if row["suppression"] == CODED:
        component.coded.add(cell)


def _write(conn: psycopg.Connection, cell_ids: list[str]) -> None:
    blank = ", ".join(f"{column} = null" for column in BLANK)
    query = f"""
        update candidate.indicator_results as r
        set
            {blank},
            suppression = %s,
            status = case when r.status in ('no_target', 'no_actual') then r.status else 'hidden' end
        where r.cell_id = any(%s)
    """  # noqa: S608
    conn.execute(query, [HIDDEN, cell_ids])
