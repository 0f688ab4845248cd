"""Looks at what landed since the last audit, city by city."""

from __future__ import annotations

import psycopg

from expectations.catalogue import Catalogue
from expectations.landing.facts import Window
from expectations.landing.verdicts import KEYS, verdicts_of
from expectations.outcome import Verdict

SUITE = "landing"


def find_window(conn: psycopg.Connection, upto_load_id: int) -> Window:
    """Loads that no audit has admitted yet, held cities' older ones included."""
    row = conn.execute(
        """
        select
            coalesce((select max(load_id) from ops.audits where subject = 'landing' and finished_at is not null), 0),
            (select min(coalesce(admitted_to_load, 0)) from ops.city_gate where state = 'held')
        """
    ).fetchone()
    assert row is not None
    audited, held_from = row
    return Window(audited, audited if held_from is None else min(audited, held_from), upto_load_id)


def has_events(conn: psycopg.Connection, window: Window) -> bool:
    """True if any event lies in the window."""
    row = conn.execute(
        "select exists (select from raw.events where load_id > %s and load_id <= %s)",
        [window.lowest_load_id, window.upto_load_id],
    ).fetchone()
    return bool(row and row[0])


def count_events(conn: psycopg.Connection, window: Window) -> dict[str, int]:
    """Events that landed since the last audit, by "programme/city"."""
    rows = conn.execute(
        """
        select programme || '/' || coalesce(city, ''), count(*)
        from raw.events
        where load_id > %s and load_id <= %s
        group by programme, city
        """,
        [window.audited_load_id, window.upto_load_id],
    )
    return dict(rows.fetchall())


def judge_landing(dsn: str, window: Window, catalogue: Catalogue, landed: dict[str, int]) -> list[Verdict]:
    """Verdicts on the events in the window: one per expectation that holds, one per city that fails.

    `landed` (events by "programme/city") is kept with the volume, for the next audits to compare with.
    """
    # Here because Great Expectations takes seconds to import, and a landing without events does not need it.
    from expectations.checker import checker
    from expectations.landing import codes, people, times, volume
    from expectations.landing.facts import facts_query

    suite = [*times.expectations(), *codes.expectations(), *people.expectations(), *volume.expectations()]
    query = facts_query(window, catalogue)
    with checker(dsn) as check:
        results = check.validate(
            SUITE,
            query,
            suite,
            keep=True,
            result_format={"result_format": "COMPLETE", "unexpected_index_column_names": KEYS},
        )
    return verdicts_of(SUITE, results, landed)
