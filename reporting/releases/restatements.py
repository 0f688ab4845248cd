"""As reported and as known now: cells of a release that say something else today, and why."""

from __future__ import annotations

from typing import Any

import psycopg
from psycopg.rows import dict_row

from reporting.publications.history import get_publication
from reporting.publications.pointer import read_pointer
from reporting.releases.catalogue import get_release

_CELLS = "select * from results.restatements where release_name = %s order by indicator_code, geography_code, cell_id"

#: Events since the release that count for a restated cell: by type, city and month, or as figures of its own place.
_EVENTS = """
    with cells as (
        select cell_id, programme_code, indicator_code, geography_code, period_start, period_end
        from results.restatements
        where release_name = %(name)s
    ),

    cities as (
        select c.*, coalesce(p.city, c.geography_code) as city
        from cells as c
        left join warehouse.int_place_containers as p
            on c.programme_code = p.programme_code and c.geography_code = p.geography_code
    ),

    since as (
        select e.source, e.id, e.type, e.programme, e.city, e.operation, e.occurred_at, e.received_at, e.data
        from raw.events as e
        where e.load_id > %(after)s and e.load_id <= %(upto)s and e.programme = %(programme)s
    )

    select c.cell_id, e.source, e.id as event_id, e.type as event_type, e.operation, e.occurred_at, e.received_at
    from cities as c
    inner join warehouse.counting_rules as r on c.indicator_code = r.indicator_code
    inner join since as e
        on
            (r.event_type = e.type or (r.event_type = 'any event of a person' and e.data ? 'person_token'))
            and c.city = e.city
            and (e.occurred_at between c.period_start - 1 and c.period_end + 2 or e.operation <> 'create')
    union
    select c.cell_id, e.source, e.id, e.type, e.operation, e.occurred_at, e.received_at
    from cells as c
    inner join since as e
        on
            e.type in ('result.reported.v1', 'target.set.v1', 'baseline.set.v1')
            and c.indicator_code = e.data ->> 'indicator_code'
            and c.geography_code = e.data -> 'place' ->> 'code'
    order by received_at, event_id
"""
_WORDS = {"create": "came late", "correct": "corrected", "void": "taken back"}


def restatements(conn: psycopg.Connection, name: str) -> list[dict[str, Any]]:
    """Rows of results.restatements of a release, each with `reason` (a sentence) and `events` (source, id, type,
    operation, times) since then. Raises ReleaseError if there is no such release."""
    release = get_release(conn, name)
    then = get_publication(conn, release.publication_id)
    now_id = read_pointer(conn).publication_id
    now = get_publication(conn, now_id) if now_id is not None else then
    with conn.cursor(row_factory=dict_row) as cursor:
        cells = cursor.execute(_CELLS, [name]).fetchall()
        asked = {
            "name": name,
            "programme": release.programme_code,
            "after": then.as_of_load_id,
            "upto": now.as_of_load_id,
        }
        events = cursor.execute(_EVENTS, asked).fetchall() if cells else []
    by_cell: dict[str, list[dict[str, Any]]] = {}
    for event in events:
        by_cell.setdefault(event.pop("cell_id"), []).append(event)
    for cell in cells:
        cell["events"] = by_cell.get(cell["cell_id"], [])
        cell["reason"] = _reason(cell["events"], rules_changed=then.revision != now.revision)
    return cells


def _reason(events: list[dict[str, Any]], *, rules_changed: bool) -> str:
    counts: dict[str, int] = {}
    for event in events:
        counts[_WORDS[event["operation"]]] = counts.get(_WORDS[event["operation"]], 0) + 1
    parts = [f"{count} event{'s' if count > 1 else ''} {what}" for what, count in counts.items()]
    if rules_changed:
        parts.append("rules or reference data changed")
    return "; ".join(parts) or "a cell beside it changed, so that other cells are hidden or shown"
