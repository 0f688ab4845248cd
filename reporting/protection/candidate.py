"""Read the components of the candidate that hide something, hide more where it takes it, and write that back."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import groupby
from operator import itemgetter
from typing import Any

import psycopg
from psycopg import sql
from psycopg.rows import dict_row

from reporting.protection.cells import PART, REST, Cell, Component, sums_of
from reporting.protection.completeness import state_completeness
from reporting.protection.rule import hide_more
from reporting.protection.to_date import hidden_to_date

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
        and r.period_precision <> 'phase'
        and r.component in (
            select h.component from candidate.indicator_results as h
            where h.suppression in ('complementary', 'bottom_coded') and h.period_precision <> 'phase'
        )
    order by r.component
"""


@dataclass
class ComponentRows:
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
        places = place_sums(conn)
        changed: list[str] = []
        with conn.cursor(name="hiding", row_factory=dict_row) as cursor:
            cursor.itersize = 20_000
            for component, rows in groupby(cursor.execute(_ROWS), key=itemgetter("component")):
                found = read_component(rows)
                hide_more(found.component, sums_of(found.component, places[component.split("|")[0]]))
                changed += found.changed()
        _write(conn, changed)
        to_date = hidden_to_date(conn)
        _write(conn, to_date)
        state_completeness(conn, sql.SQL("candidate.indicator_results"))
    return len(changed) + len(to_date)


def place_sums(conn: psycopg.Connection) -> dict[str, dict[str, list[tuple[str, str]]]]:
    """By programme and place, the sums that the place is a part of."""
    found: dict[str, dict[str, list[tuple[str, str]]]] = defaultdict(lambda: defaultdict(list))
    for programme, child, equation, parent in conn.execute(_PLACES):
        found[programme][child].append((equation, parent))
    return found


def read_component(rows: Iterator[dict[str, Any]]) -> ComponentRows:
    """Rows of one component, at least one: its exact numbers, and what readers do not see of them."""
    found: ComponentRows | None = None
    for row in rows:
        if found is None:
            over_time = row["unit_of_count"] in ("contact", "arrival")
            coded = row["small_cell_policy"] == "bottom_code_5" and row["unit_of_count"] != "percent"
            found = ComponentRows(Component(row["threshold"], over_time, coded))
        _add(found, row)
    assert found is not None
    return found


def cell_of(row: dict[str, Any]) -> Cell:
    """Where the number of a row belongs within its component."""
    names = ("geography_code", "period_start", "period_precision", "dimension", "dimension_value")
    return Cell(*(row[name] for name in names))


def numbers_of(row: dict[str, Any]) -> dict[Cell, int]:
    """The exact number of a row; of a share its whole, its part and its rest."""
    cell = cell_of(row)
    if row["denominator_exact"] is None:
        return {cell: int(row["actual_exact"])}
    part, whole = int(row["numerator_exact"]), int(row["denominator_exact"])
    parts = {PART: part, REST: whole - part}
    return {cell: whole} | {cell._replace(dimension=d, value=v): number for (d, v), number in parts.items()}


def _add(found: ComponentRows, row: dict[str, Any]) -> None:
    cell, numbers = cell_of(row), numbers_of(row)
    found.ids.setdefault(cell, []).append(row["cell_id"])
    found.told[row["cell_id"]] = row["suppression"]
    component = found.component
    component.numbers |= numbers
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
