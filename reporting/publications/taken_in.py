"""What the warehouse holds of the loads, so that a build takes in only what is new."""

from __future__ import annotations

import psycopg
from psycopg import sql


def is_incremental(conn: psycopg.Connection, rules_hash: str) -> bool:
    """True if the warehouse was built by these rules; else every event has to be taken in anew."""
    row = conn.execute("select rules_hash from ops.taken_in where programme = '' and city = ''").fetchone()
    return row is not None and row[0] == rules_hash


def take_in(conn: psycopg.Connection, upto_load_id: int, rules_hash: str) -> None:
    """After dbt: all is in up to `upto_load_id`, of a held city up to its last good load. What is in stays in.

    Erasures are finished with it: what follows from the events they changed was made anew.
    """
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
        _finish_erasures(conn)


def _finish_erasures(conn: psycopg.Connection) -> None:
    rewritten = conn.execute("delete from ops.rewritten_records").rowcount
    conn.execute(
        "update ops.erasures set finished_at = clock_timestamp()"
        " where stores_done_at is not null and finished_at is null"
    )
    if not rewritten:
        return
    # What the planner knows of a table holds some of its values: those of before, until it looks again.
    stale = conn.execute(
        """
        select distinct tablename from pg_stats
        where schemaname = 'warehouse' and concat(most_common_vals, histogram_bounds) like '%tok1!_%' escape '!'
        """
    ).fetchall()
    for (table,) in stale:
        _look_again(conn, sql.SQL("warehouse.{}").format(sql.Identifier(table)))


def _look_again(conn: psycopg.Connection, table: sql.Composable) -> None:
    """Analyze; of a table that is empty the planner would keep what it knew, so it sees one row of nulls."""
    stand_in = conn.execute(
        sql.SQL("insert into {0} select (null::{0}).* where not exists (select from {0}) returning ctid").format(table)
    ).fetchone()
    conn.execute(sql.SQL("analyze {}").format(table))
    if stand_in:
        conn.execute(sql.SQL("delete from {} where ctid = %s::tid").format(table), [stand_in[0]])
