"""Turn the candidate into the next publication, in one transaction."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import psycopg
from psycopg import sql
from psycopg.rows import class_row

from reporting.publications.cells import content_hash, payload_columns
from reporting.publications.held_places import held_places_differ, write_held_places
from reporting.publications.log import write_log, write_withheld_once
from reporting.publications.model import COLUMNS, Publication, PublicationError
from reporting.publications.pointer import lock_publications, read_pointer
from reporting.publications.reference_data import write_reference_data


@dataclass(frozen=True)
class Changes:
    """Cells by what would happen to them."""

    total: int
    added: int
    changed: int
    removed: int
    held_places_differ: bool

    @property
    def differing(self) -> int:
        """Cells that are not as published."""
        return self.added + self.changed + self.removed

    @property
    def any(self) -> bool:
        """True if readers would see a difference."""
        return bool(self.differing) or self.held_places_differ


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

    The candidate stands for the cells of ops.replaced_components and those without a component; others stay as they
    are.
    Returns the publication that readers were moved to, or None when nothing differs (only the watermark advances) or
    when publications are held (nothing advances). `conn` must be outside a transaction. Raises PublicationError on a
    candidate that cannot be published.
    """
    with conn.transaction():
        lock_publications(conn)
        conn.execute("drop table if exists pg_temp.publication_changes")
        columns = payload_columns(conn)
        pointer = read_pointer(conn)
        newest = _newest(conn)
        changes = _find_changes(conn, columns, newest.cells_total if newest else 0)
        if pointer.held:
            if changes.any or (newest and newest.publication_id != pointer.publication_id):
                write_withheld_once(conn, created_by, changes.differing)
            return None
        if changes.any:
            newest = _insert_publication(
                conn, changes, [created_by, as_of, as_of_load_id, revision, dbt_invocation_id, audit_id]
            )
            _write_versions(conn, newest.publication_id, columns)
            write_held_places(conn, newest.publication_id)
        write_reference_data(conn)
        _remember_components(conn)
        conn.execute("delete from ops.touched_groups")
        moved = newest is not None and newest.publication_id != pointer.publication_id
        _move_pointer(conn, newest, as_of, as_of_load_id)
        if newest is None or not moved:
            return None
        why = "" if changes.any else "the newest publication equals the candidate; readers return to it"
        write_log(conn, "publish", newest.publication_id, created_by, why)
        return newest


def _find_changes(conn: psycopg.Connection, columns: dict[str, str], published: int) -> Changes:
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
                        where
                            valid_to_publication is null
                            and (
                                component is null
                                or component in (select r.component from ops.replaced_components as r)
                            )
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
            count(*) filter (where what = 'added'),
            count(*) filter (where what = 'changed'),
            count(*) filter (where what = 'removed')
        from publication_changes
        """
    ).fetchone()
    assert row is not None
    added, changed, removed = row
    return Changes(published + added - removed, added, changed, removed, held_places_differ(conn))


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


def _remember_components(conn: psycopg.Connection) -> None:
    """Cells published before there were components, which did not change."""
    conn.execute(
        """
        update published.indicator_results as r
        set component = n.component
        from candidate.indicator_results as n
        where
            r.cell_id = n.cell_id and r.valid_to_publication is null
            and r.component is null and n.component is not null
        """
    )


def _move_pointer(conn: psycopg.Connection, to: Publication | None, as_of: datetime, as_of_load_id: int) -> None:
    conn.execute(
        """
        update ops.current_publication
        set publication_id = %s, watermark_load_id = %s, watermark_at = %s
        """,
        [to.publication_id if to else None, as_of_load_id, as_of],
    )
