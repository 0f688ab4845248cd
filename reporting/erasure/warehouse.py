"""Erasure in the warehouse: records as they stand; all that is computed from them follows with the next build."""

from __future__ import annotations

import psycopg

from reporting.erasure.covering import BLANKED, covered


def erase_in_warehouse(warehouse: psycopg.Connection) -> None:
    """Put surrogates into the records, note which records to count anew, and forget which surrogate stands for whom.

    One transaction; the last step of an erasure, under the lock of builds.
    """
    with warehouse.transaction():
        row = warehouse.execute("select to_regclass('warehouse.int_records') is not null").fetchone()
        if row and row[0]:
            warehouse.execute(
                f"""
                with changed as (
                    update warehouse.int_records as e set data = {BLANKED}
                    from ops.erasures_under_way as u
                    where {covered(warehouse=True)}
                    returning u.erasure_id, e.record_key
                ),

                noted as (
                    insert into ops.rewritten_records (record_key)
                    select distinct record_key from changed
                    on conflict do nothing
                )

                update ops.erasures as x set records = x.records + c.n
                from (
                    select erasure_id, count(distinct record_key) as n from changed group by erasure_id
                ) as c
                where x.erasure_id = c.erasure_id
                """.encode()  # noqa: S608
            )
        warehouse.execute(
            """
            update ops.erasures set stores_done_at = clock_timestamp()
            where erasure_id in (select erasure_id from ops.erasures_under_way)
            """
        )
        warehouse.execute("delete from ops.erasures_under_way")
