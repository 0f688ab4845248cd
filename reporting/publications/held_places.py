"""The places that lack the newest data of a held city, as readers of each publication see them."""

from __future__ import annotations

import psycopg

_CHANGES = """
    select coalesce(n.programme_code, o.programme_code) as programme_code,
        coalesce(n.geography_code, o.geography_code) as geography_code, n.held_cities
    from warehouse.int_held_places as n
    full join (select * from published.held_places where valid_to_publication is null) as o
        on n.programme_code = o.programme_code and n.geography_code = o.geography_code
    where n.held_cities is distinct from o.held_cities
"""


def held_places_differ(conn: psycopg.Connection) -> bool:
    """True if other places are held than readers are told."""
    row = conn.execute(f"select exists ({_CHANGES})").fetchone()
    return bool(row and row[0])


def write_held_places(conn: psycopg.Connection, publication_id: int) -> None:
    """Make the held places of now those of the publication."""
    if not held_places_differ(conn):
        return
    conn.execute(f"create temporary table held_changes on commit drop as {_CHANGES}")
    conn.execute(
        """
        update published.held_places as h
        set valid_to_publication = %s
        from held_changes as c
        where
            h.programme_code = c.programme_code and h.geography_code = c.geography_code
            and h.valid_to_publication is null
        """,
        [publication_id],
    )
    conn.execute(
        """
        insert into published.held_places (programme_code, geography_code, held_cities, valid_from_publication)
        select programme_code, geography_code, held_cities, %s from held_changes where held_cities is not null
        """,
        [publication_id],
    )
