"""ops.builds: what each run of build_results read and how it ended, and what tells the next one that nothing is new."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import psycopg
from psycopg import sql
from psycopg.types.json import Jsonb

from reporting.publications.model import Pointer

#: One build at a time in a database, whoever starts it.
BUILD_LOCK = 7_310_002


@dataclass(frozen=True)
class Watermark:
    """The newest complete load; loads close one after the other, so everything up to it is there."""

    load_id: int
    at: datetime


def read_watermark(conn: psycopg.Connection) -> Watermark | None:
    """The newest complete load, or None before the first one."""
    row = conn.execute(
        "select load_id, finished_at from raw.loads where finished_at is not null order by load_id desc limit 1"
    ).fetchone()
    return Watermark(*row) if row else None


def is_built(conn: psycopg.Connection, pointer: Pointer, watermark: Watermark, rules_hash: str) -> bool:
    """True if a build of these loads by these rules has done all that can be done now."""
    last = conn.execute(
        """
        select state, upto_load_id, rules_hash
        from ops.builds
        where state in ('published', 'unchanged', 'withheld')
        order by build_id desc
        limit 1
        """
    ).fetchone()
    if last is None or last[1:] != (watermark.load_id, rules_hash) or _is_rewritten(conn):
        return False
    return pointer.held if last[0] == "withheld" else pointer.held or pointer.watermark_load_id == watermark.load_id


def _is_rewritten(conn: psycopg.Connection) -> bool:
    row = conn.execute("select exists (select from ops.rewritten_records)").fetchone()
    return bool(row and row[0])


def pass_over(conn: psycopg.Connection) -> None:
    """Move the watermark over loads that brought nothing for results, if readers see all that came before them."""
    conn.execute("select ops.pass_over_loads()")


def start_build(conn: psycopg.Connection, run_id: str, watermark: Watermark, rules_hash: str) -> int:
    """Open a row; the caller holds BUILD_LOCK, so a row that still says running was left by a build that died."""
    conn.execute(
        """
        update ops.builds set state = 'failed', finished_at = clock_timestamp(), problem = 'its process died'
        where state = 'running'
        """
    )
    row = conn.execute(
        "insert into ops.builds (run_id, upto_load_id, rules_hash) values (%s, %s, %s) returning build_id",
        [run_id, watermark.load_id, rules_hash],
    ).fetchone()
    assert row is not None
    return int(row[0])


def end_build(conn: psycopg.Connection, build_id: int, **facts: Any) -> None:
    """Close the row with its state, seconds (a dict) and whatever else is known, by column name."""
    values = {name: Jsonb(value) if isinstance(value, dict) else value for name, value in facts.items()}
    settings = sql.SQL(", ").join(sql.SQL("{} = {}").format(sql.Identifier(n), sql.Placeholder(n)) for n in values)
    conn.execute(
        sql.SQL("update ops.builds set finished_at = clock_timestamp(), {} where build_id = {}").format(
            settings, sql.Placeholder("_build_id")
        ),
        {**values, "_build_id": build_id},
    )
