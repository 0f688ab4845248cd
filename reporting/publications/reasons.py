"""Why two publications differ: events that came between them, changed rules, cities held out or let in."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

import psycopg
from psycopg.rows import dict_row

from reporting.publications.history import get_publication


@dataclass(frozen=True)
class Reasons:
    """`events`: rows of programme, city, event_type, operation with how many came, how many of them `late` (more than
    30 days after they happened), and the months they tell of. `held`: rows of place and the cities held out of it, in
    the old and in the new publication."""

    rules_changed: bool
    events: list[dict[str, Any]]
    held: list[dict[str, Any]]

    def as_dict(self) -> dict[str, Any]:
        """For JSON."""
        return asdict(self)


def reasons(conn: psycopg.Connection, old_id: int, new_id: int) -> Reasons:
    """What came between two publications; the direction does not matter. Raises PublicationError for unknown ones."""
    older, newer = sorted((get_publication(conn, each) for each in (old_id, new_id)), key=lambda p: p.as_of_load_id)
    with conn.cursor(row_factory=dict_row) as cursor:
        events = cursor.execute(_EVENTS, {"after": older.as_of_load_id, "upto": newer.as_of_load_id}).fetchall()
        held = cursor.execute(_HELD, {"old": old_id, "new": new_id}).fetchall()
    return Reasons(older.revision != newer.revision, events, held)


_EVENTS = """
    select
        e.programme,
        coalesce(e.city, '') as city,
        e.type as event_type,
        e.operation,
        count(*) as events,
        count(*) filter (where e.received_at - e.occurred_at > interval '30 days') as late,
        to_char(min(e.occurred_at), 'YYYY-MM') as first_month,
        to_char(max(e.occurred_at), 'YYYY-MM') as last_month
    from raw.events as e
    where e.load_id > %(after)s and e.load_id <= %(upto)s and e.programme <> 'OPS'
    group by e.programme, coalesce(e.city, ''), e.type, e.operation
    order by e.programme, city, event_type, e.operation
"""

_HELD = """
    with held as (
        select
            h.programme_code,
            h.geography_code,
            max(h.held_cities) filter (where v.publication_id = %(old)s) as held_before,
            max(h.held_cities) filter (where v.publication_id = %(new)s) as held_after
        from published.held_places as h
        cross join (values (%(old)s), (%(new)s)) as v (publication_id)
        where
            h.valid_from_publication <= v.publication_id
            and (h.valid_to_publication is null or h.valid_to_publication > v.publication_id)
        group by h.programme_code, h.geography_code
    )

    select * from held
    where held_before is distinct from held_after
    order by programme_code, geography_code
"""
