"""Turn the candidate into the next publication, in one transaction."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import psycopg
from psycopg import sql
from psycopg.rows import class_row

from reporting.publications.cells import content_hash, payload_columns
from reporting.publications.log import write_log, write_withheld_once
from reporting.publications.model import COLUMNS, Publication, PublicationError
from reporting.publications.pointer import lock_publications, read_pointer


@dataclass(frozen=True)
class Changes:
    """Cells by what would happen to them."""

    total: int
    added: int
    changed: int
    removed: int

    @property
    def differing(self) -> int:
        """Cells that are not as published."""
        return self.added + self.changed + self.removed


def publish(
    conn: psycopg.Connection,
    *,
    created_by: str,
    revision: str,
    dbt_invocation_id: str,
    audit_id: int | None,
    as_of: datetime,
    as_of_load_id: int,
) -> Publication | None:
    """Make candidate.indicator_results what readers see; they move from the old version to the new one at once.

    Returns the publication that readers were moved to, or None when nothing differs (only the watermark advances) or
    when publications are held (nothing advances). `conn` must be outside a transaction. Raises PublicationError on a
    candidate that cannot be published.
    """
    with conn.transaction():
        lock_publications(conn)
        conn.execute("drop table if exists pg_temp.publication_changes")
        columns = payload_columns(conn)
        changes = _find_changes(conn, columns)
        pointer = read_pointer(conn)
        newest = _newest(conn)
        if pointer.held:
            if changes.differing or (newest and newest.publication_id != pointer.publication_id):
                write_withheld_once(conn, created_by, changes.differing)
            return None
        if changes.differing:
            newest = _insert_publication(
                conn, changes, [created_by, as_of, as_of_load_id, revision, dbt_invocation_id, audit_id]
            )
            _write_versions(conn, newest.publication_id, columns)
        moved = newest is not None and newest.publication_id != pointer.publication_id
        _move_pointer(conn, newest, as_of, as_of_load_id)
        if newest is None or not moved:
            return None
        why = "" if changes.differing else "the newest publication equals the candidate; readers return to it"
        write_log(conn, "publish", newest.publication_id, created_by, why)
        return newest


def _find_changes(conn: psycopg.Connection, columns: dict[str, str]) -> Changes:
    try:
        conn.execute(
            sql.SQL(
                """
                create temporary table publication_changes on commit drop as
                select
                    coalesce(n.cell_id, o.cell_id) as cell_id,
                    n.content_hash,
                    case
                        when o.cell_id is null then 'added'
                        when n.cell_id is null then 'removed'
                        else 'changed'
                    end as what
                from (select cell_id, {content_hash} as content_hash from candidate.indicator_results) as n
                full join
                    (
                        select cell_id, content_hash from published.indicator_results
                        where valid_to_publication is null
                    ) as o
                    on n.cell_id = o.cell_id
                where n.content_hash is distinct from o.content_hash
                """
            ).format(content_hash=content_hash(columns))
        )
        conn.execute("create unique index on publication_changes (cell_id)")
    except psycopg.errors.UniqueViolation as error:
        raise PublicationError(
            f"The candidate holds a cell twice ({error.diag.message_detail}): nothing was published. "
            "Look at candidate.indicator_results for that cell_id."
        ) from error
    conn.execute("analyze publication_changes")
    row = conn.execute(
        """
        select
            (select count(*) from candidate.indicator_results),
            count(*) filter (where what = 'added'),
            count(*) filter (where what = 'changed'),
            count(*) filter (where what = 'removed')
        from publication_changes
        """
    ).fetchone()
    assert row is not None
    return Changes(*row)


def _newest(conn: psycopg.Connection) -> Publication | None:
    with conn.cursor(row_factory=class_row(Publication)) as cursor:
        query = sql.SQL("select {} from ops.publications order by publication_id desc limit 1").format(COLUMNS)
        return cursor.execute(query).fetchone()


def _insert_publication(conn: psycopg.Connection, changes: Changes, facts: list[object]) -> Publication:
    with conn.cursor(row_factory=class_row(Publication)) as cursor:
        publication = cursor.execute(
            sql.SQL(
                """
                insert into ops.publications (
                    created_by, as_of, as_of_load_id, revision, dbt_invocation_id, audit_id,
                    cells_total, cells_added, cells_changed, cells_removed
                ) values (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s)
                returning {}
                """
            ).format(COLUMNS),
            [*facts, changes.total, changes.added, changes.changed, changes.removed],
        ).fetchone()
    assert publication is not None
    return publication


def _write_versions(conn: psycopg.Connection, publication_id: int, columns: dict[str, str]) -> None:
    conn.execute(
        """
        update published.indicator_results as r
        set valid_to_publication = %s
        from publication_changes as c
        where r.cell_id = c.cell_id and r.valid_to_publication is null and c.what <> 'added'
        """,
        [publication_id],
    )
    names = sql.SQL(", ").join(map(sql.Identifier, columns))
    values = sql.SQL(", ").join(sql.Identifier("n", name) for name in columns)
    conn.execute(
        sql.SQL(
            """
            insert into published.indicator_results ({names}, content_hash, valid_from_publication)
            select {values}, c.content_hash, %s
            from publication_changes as c
            inner join candidate.indicator_results as n on c.cell_id = n.cell_id
            where c.what <> 'removed'
            """
        ).format(names=names, values=values),
        [publication_id],
    )


def _move_pointer(conn: psycopg.Connection, to: Publication | None, as_of: datetime, as_of_load_id: int) -> None:
    conn.execute(
        """
        update ops.current_publication
        set publication_id = %s, watermark_load_id = %s, watermark_at = %s
        """,
        [to.publication_id if to else None, as_of_load_id, as_of],
    )
