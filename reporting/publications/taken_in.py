"""What the warehouse holds of the loads, so that a build takes in only what is new."""

from __future__ import annotations

import psycopg


def is_incremental(conn: psycopg.Connection, rules_hash: str) -> bool:
    """True if the warehouse was built by these rules; else every event has to be taken in anew."""
    row = conn.execute("select rules_hash from ops.taken_in where programme = '' and city = ''").fetchone()
    return row is not None and row[0] == rules_hash


def take_in(conn: psycopg.Connection, upto_load_id: int, rules_hash: str) -> None:
    """After dbt: all is in up to `upto_load_id`, of a held city up to its last good load. What is in stays in."""
    with conn.transaction():
        conn.execute(
            """
            create temporary table marks on commit drop as
            select
                g.programme,
                g.city,
                greatest(
                    coalesce(g.admitted_to_load, 0),
                    coalesce(
                        (select t.upto_load_id from ops.taken_in as t
                         where t.programme = g.programme and t.city = g.city and t.rules_hash = %(rules)s),
                        (select t.upto_load_id from ops.taken_in as t
                         where t.programme = '' and t.city = '' and t.rules_hash = %(rules)s),
                        0
                    )
                ) as upto_load_id
            from ops.city_gate as g
            where g.state = 'held'
            """,
            {"rules": rules_hash},
        )
        conn.execute("delete from ops.taken_in")
        conn.execute(
            """
            insert into ops.taken_in (programme, city, upto_load_id, rules_hash)
            select '', '', %(upto)s, %(rules)s
            union all
            select programme, city, least(upto_load_id, %(upto)s), %(rules)s from marks
            """,
            {"upto": upto_load_id, "rules": rules_hash},
        )
