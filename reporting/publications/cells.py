"""The columns of a cell, and the fingerprint that tells two versions of it apart."""

from __future__ import annotations

import psycopg
from psycopg import sql

from reporting.publications.model import PublicationError

#: Written by publishing itself, so not part of what a cell says.
BOOKKEEPING = ("content_hash", "valid_from_publication", "valid_to_publication")

#: Says which cells are judged together, and nothing about the cell: written, but no part of its fingerprint.
GROUPING = "component"

#: Shown to the steering group only; every other output leaves them out.
EXACT_SUFFIX = "_exact"


def payload_columns(conn: psycopg.Connection) -> dict[str, str]:
    """Columns of published.indicator_results that say what a cell is, with their types, in the table's order.

    Raises PublicationError when candidate.indicator_results is missing or lacks one of them.
    """
    published = _columns(conn, "published")
    candidate = _columns(conn, "candidate")
    if not candidate:
        raise PublicationError(
            "candidate.indicator_results does not exist: dbt has not built it yet. "
            "Run `python -m reporting.publications.build`."
        )
    wanted = {name: kind for name, kind in published.items() if name not in BOOKKEEPING}
    missing = sorted(set(wanted) - set(candidate))
    if missing:
        raise PublicationError(
            f"candidate.indicator_results lacks {', '.join(missing)}: add them to the dbt model of the same name."
        )
    return wanted


def content_hash(columns: dict[str, str]) -> sql.Composed:
    """SQL for the md5 over all payload columns of a row.

    Empty columns leave no trace and names carry the order, so a column added later with nulls changes no fingerprint;
    1.0 and 1.00 are the same number.
    """
    parts = sql.SQL(", ").join(
        sql.SQL("{label} || {value}").format(label=sql.Literal(f"{name}="), value=_as_text(name, columns[name]))
        for name in sorted(columns)
        if name != GROUPING
    )
    return sql.SQL("md5(concat_ws(chr(31), {parts}))").format(parts=parts)


def _as_text(name: str, kind: str) -> sql.Composed:
    column = sql.Identifier(name)
    if kind == "numeric":
        return sql.SQL("trim_scale({})::text").format(column)
    if kind == "date":
        return sql.SQL("to_char({}, 'YYYY-MM-DD')").format(column)
    return sql.SQL("{}::text").format(column)


def _columns(conn: psycopg.Connection, schema: str) -> dict[str, str]:
    rows = conn.execute(
        """
        select a.attname, format_type(a.atttypid, null)
        from pg_attribute as a
        where
            a.attrelid = to_regclass(%s)
            and a.attnum > 0
            and not a.attisdropped
        order by a.attnum
        """,
        [f"{schema}.indicator_results"],
    )
    return dict(rows.fetchall())
