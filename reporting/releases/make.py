"""Make a release: freeze the cells of what readers see now, once all that belongs to it is there."""

from __future__ import annotations

import psycopg
from psycopg import sql
from psycopg.types.json import Jsonb

from reporting.protection.completeness import state_completeness
from reporting.publications.history import get_publication
from reporting.publications.pointer import lock_publications, read_pointer
from reporting.releases.catalogue import find_release
from reporting.releases.missing import missing, quarters
from reporting.releases.model import Release, ReleaseError, Window
from reporting.releases.protect import protect_release

#: What a cell of a release does not say of the working figures: exact numbers and the books of publications.
_LEFT_OUT = ("content_hash", "valid_from_publication", "valid_to_publication", "component")

#: A figure to date is released once its phase is over; of contacts only with all its years, for they add up to it.
_TAKE = """
    create temporary table release_cells on commit drop as
    select r.*
    from published.indicator_results as r
    where
        r.programme_code = %(programme)s
        and r.period_end between %(start)s and %(end)s
        and (
            r.period_start >= %(start)s
            or (
                r.basis = 'to_date'
                and not (r.period_precision = 'phase' and r.unit_of_count in ('contact', 'arrival'))
            )
        )
        and r.valid_from_publication <= %(publication_id)s
        and (r.valid_to_publication is null or r.valid_to_publication > %(publication_id)s)
"""


def make_release(
    conn: psycopg.Connection, name: str, window: Window, *, by: str, even_though: str | None = None
) -> Release:
    """Freeze what readers see of the window now; one transaction. The same release again is given back unchanged.

    Raises ReleaseError if something is missing and no reason is given to make it all the same, if nothing is published,
    or if another release has the name.
    """
    list(quarters(window))
    with conn.transaction():
        lock_publications(conn)
        known = find_release(conn, name)
        if known is not None:
            if (known.programme_code, known.period_start, known.period_end) == tuple(window.as_dict().values()):
                return known
            raise ReleaseError(
                f"There is a release {name} already, of {known.programme_code} {known.period_start} to "
                f"{known.period_end}: a release never changes, so give the new one another name."
            )
        publication_id = read_pointer(conn).publication_id
        if publication_id is None:
            raise ReleaseError("Nothing has been published yet, so there is nothing to release: `make up` publishes.")
        lacking = missing(conn, window, publication_id)
        if lacking and not even_though:
            raise ReleaseError(
                f"{name} was not released, {len(lacking)} things are missing: \n"
                + "\n".join(f"  {each}" for each in lacking)
                + '\nTo release it all the same: --even-though "the reason".'
            )
        conn.execute(_TAKE, {**window.as_dict(), "publication_id": publication_id})
        row = conn.execute("select bool_or(is_simulated) from release_cells").fetchone()
        if row is None or row[0] is None:
            raise ReleaseError(
                f"Publication {publication_id} has no cell of {window.programme} from {window.start} to {window.end}: "
                "check the programme and the days, `corridor publications show` lists what there is."
            )
        protect_release(conn, window, publication_id)
        state_completeness(conn, sql.SQL("release_cells"))
        release_id = conn.execute(
            """
            insert into releases.releases (
                name, programme_code, period_start, period_end, publication_id, as_of, is_simulated, created_by,
                even_though, missing
            ) values (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s) returning release_id
            """,
            [
                name, window.programme, window.start, window.end, publication_id,
                get_publication(conn, publication_id).as_of, row[0], by, even_though if lacking else None,
                Jsonb([each.as_dict() for each in lacking]),
            ],
        ).fetchone()  # fmt: skip
        assert release_id is not None
        _freeze(conn, release_id[0])
        made = find_release(conn, name)
    assert made is not None
    return made


def _freeze(conn: psycopg.Connection, release_id: int) -> None:
    found = conn.execute(
        """
        select a.attname from pg_attribute as a
        where a.attrelid = 'releases.cells'::regclass and a.attnum > 0 and not a.attisdropped
        """
    )
    names = sorted({name for (name,) in found} - {"release_id", *_LEFT_OUT})
    columns = sql.SQL(", ").join(map(sql.Identifier, names))
    query = sql.SQL("insert into releases.cells (release_id, {columns}) select %s, {columns} from release_cells")
    conn.execute(query.format(columns=columns), [release_id])
