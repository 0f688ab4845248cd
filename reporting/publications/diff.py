"""What differs between two publications, cell by cell."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

import psycopg
from psycopg import sql

from reporting.publications.cells import BOOKKEEPING, EXACT_SUFFIX, GROUPING
from reporting.publications.history import get_publication

#: How a person names a cell.
NAME = (
    "programme_code", "indicator_code", "geography_code", "project_code", "phase", "funder", "kind",
    "period_start", "period_end", "period_precision", "dimension", "dimension_value",
)  # fmt: skip


@dataclass(frozen=True)
class CellDifference:
    """A cell that was added, changed or removed; `fields` maps column to (old, new), without hidden exact values."""

    what: str
    cell_id: str
    cell: dict[str, Any]
    fields: dict[str, tuple[Any, Any]]
    exact_changed: bool

    def as_dict(self) -> dict[str, Any]:
        """For JSON."""
        return asdict(self)


def diff(conn: psycopg.Connection, old_id: int, new_id: int) -> list[CellDifference]:
    """Cells that differ between two publications, in the order of what, indicator, place and period.

    Only versions that begin or end between the two are read, so the cost follows the changes. Exact values behind
    hidden cells are never returned; `exact_changed` says that one of them moved.
    """
    for publication_id in (old_id, new_id):
        get_publication(conn, publication_id)
    rows = conn.execute(_QUERY, {"old": old_id, "new": new_id, "low": min(old_id, new_id), "high": max(old_id, new_id)})
    return [found for cell_id, old, new in rows if (found := _compare(cell_id, old, new))]


def _compare(cell_id: str, old: dict[str, Any] | None, new: dict[str, Any] | None) -> CellDifference | None:
    what = "added" if old is None else "removed" if new is None else "changed"
    before, after = old or {}, new or {}
    cell = {name: (new or old or {}).get(name) for name in NAME}
    differing = [
        name for name in after or before
        if name not in (*BOOKKEEPING, GROUPING, "cell_id") and before.get(name) != after.get(name)
    ]  # fmt: skip
    shown = [name for name in differing if not name.endswith(EXACT_SUFFIX) and (what == "changed" or name not in NAME)]
    fields = {name: (before.get(name), after.get(name)) for name in shown}
    exact = any(name.endswith(EXACT_SUFFIX) for name in differing)
    return CellDifference(what, cell_id, cell, fields, exact) if differing else None


# A version can only differ between the two if it starts or ends in (low, high].
_QUERY = sql.SQL(
    """
    with touched as (
        select * from published.indicator_results
        where
            (valid_from_publication > %(low)s and valid_from_publication <= %(high)s)
            or (valid_to_publication > %(low)s and valid_to_publication <= %(high)s)
    ),

    old as (
        select t.* from touched as t
        where
            t.valid_from_publication <= %(old)s
            and (t.valid_to_publication is null or t.valid_to_publication > %(old)s)
    ),

    new as (
        select t.* from touched as t
        where
            t.valid_from_publication <= %(new)s
            and (t.valid_to_publication is null or t.valid_to_publication > %(new)s)
    )

    select coalesce(n.cell_id, o.cell_id), to_jsonb(o), to_jsonb(n)
    from old as o
    full join new as n on o.cell_id = n.cell_id
    where n.content_hash is distinct from o.content_hash
    order by
        case when o.cell_id is null then 0 when n.cell_id is null then 2 else 1 end,
        coalesce(n.indicator_code, o.indicator_code),
        coalesce(n.geography_code, o.geography_code),
        coalesce(n.period_start, o.period_start) nulls first,
        coalesce(n.cell_id, o.cell_id)
    """
)
