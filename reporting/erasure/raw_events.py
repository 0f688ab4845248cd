"""Erasure in raw: events, those kept apart for review, and the links that rotations of keys made."""

from __future__ import annotations

import psycopg

from reporting.erasure.covering import BLANKED, TOKEN, covered


def erase_in_raw(owner: psycopg.Connection) -> None:
    """Put surrogates in place of all tokens under way and count the rows, in one transaction; safe to repeat.

    Identities and content hashes stay: an erased event that is sent again is still a duplicate, and lands nowhere.
    """
    with owner.transaction():
        for table, count in (("raw.events", "events"), ("raw.id_conflicts", "conflicts")):
            owner.execute(
                f"""
                with changed as (
                    update {table} as e set data = {BLANKED}
                    from ops.erasures_under_way as u
                    where {covered()}
                    returning u.erasure_id
                )

                update ops.erasures as x set {count} = x.{count} + c.n
                from (select erasure_id, count(*) as n from changed group by erasure_id) as c
                where x.erasure_id = c.erasure_id
                """.encode()  # noqa: S608
            )
        _forget_links(owner)


def _forget_links(owner: psycopg.Connection) -> None:
    """Links of whose tokens no event is left. Who came again afterwards keeps theirs, or would be counted twice."""
    owner.execute(
        f"""
        with concerned as (
            select l.token, l.first_token, u.erasure_id
            from raw.first_tokens as l
            inner join ops.erasures_under_way as u on l.token = u.token
        ),

        left_over as (
            select {TOKEN} as token
            from raw.events as e
            where
                exists (select from concerned)
                and {TOKEN} in (select token from concerned union select first_token from concerned)
        ),

        gone as (
            delete from raw.first_tokens as l using concerned as c
            where
                l.token = c.token
                and not exists (
                    select from left_over as o
                    inner join concerned as same on o.token in (same.token, same.first_token)
                    where same.first_token = c.first_token
                )
            returning c.erasure_id
        )

        update ops.erasures as x set links = x.links + g.n
        from (select erasure_id, count(*) as n from gone group by erasure_id) as g
        where x.erasure_id = g.erasure_id
        """.encode()  # noqa: S608
    )
