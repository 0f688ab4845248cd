"""One row a programme, city, partner and event type about events that are not yet admitted to the facts.

All landing expectations read these rows, so the events themselves are read once. A record counts by its newest version
among them: what was voided or corrected no longer fails anything. The rows stay, as the memory of data quality.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import psycopg

from expectations.catalogue import Catalogue


@dataclass(frozen=True)
class Window:
    """Loads to look at: after `audited_load_id` for open cities, after the last admitted one for held cities."""

    audited_load_id: int
    lowest_load_id: int
    upto_load_id: int


def store_facts(conn: psycopg.Connection, window: Window, catalogue: Catalogue) -> int:
    """Write the facts of the window to ops.landing_facts, in place of those of an audit that died; their number.

    Bounded by load id, so that only new rows of raw.events are read. Commits nothing.
    """
    conn.execute("delete from ops.landing_facts where after_load_id >= %s", [window.audited_load_id])
    known = conn.execute("select to_regclass('warehouse.int_records') is not null").fetchone()
    return conn.execute(
        _FACTS.replace("/* is_superseded */", _SUPERSEDED if known and known[0] else "false"),
        {
            "audited": window.audited_load_id,
            "low": window.lowest_load_id,
            "upto": window.upto_load_id,
            "indicators": list(catalogue.indicators),
            "places": catalogue.places,
            "projects": catalogue.projects,
        },
    ).rowcount


def facts_query(window: Window) -> str:
    """SQL of the rows that the expectations judge."""
    return f"select * from ops.landing_facts where after_load_id = {window.audited_load_id:d}"  # noqa: S608


_FACTS = Path(__file__).with_suffix(".sql").read_text(encoding="utf-8")
#: Events arrive in any order: a wrong version may come after the one that mends it was let in.
_SUPERSEDED = """
    exists (
        select from warehouse.int_records as r
        where
            r.record_key
            = md5(concat_ws('|', e.programme, e.source, rtrim(e.type, '0123456789'), e.subject))::uuid
            and r.record_version > e.record_version
    )
"""
