"""Looks at what landed since the last audit, city by city."""

from __future__ import annotations

import psycopg

from expectations.landing.facts import Window, facts_query
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


def judge_landing(dsn: str, window: Window) -> list[Verdict]:
    """Verdicts on the stored facts of the window: one per expectation that holds, else one per row that fails it."""
    # Here because Great Expectations takes seconds to import, and a landing without events does not need it.
    from expectations.checker import checker
    from expectations.landing import codes, people, times, volume

    suite = [*times.expectations(), *codes.expectations(), *people.expectations(), *volume.expectations()]
    with checker(dsn) as check:
        results = check.validate(
            SUITE,
            facts_query(window),
            suite,
            keep=True,
            result_format={"result_format": "COMPLETE", "unexpected_index_column_names": KEYS},
        )
    return verdicts_of(SUITE, results)
