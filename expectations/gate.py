"""The gate of a city: a critical failure of its landing holds it out of the facts, and nobody else."""

from __future__ import annotations

from collections.abc import Sequence

import psycopg

from expectations.outcome import Verdict

City = tuple[str, str]


def move_gates(
    conn: psycopg.Connection, verdicts: Sequence[Verdict], last_good_load: int
) -> tuple[list[City], list[City]]:
    """Hold the (programme, city) that failed, at `last_good_load`; open the held ones whose waiting events now pass.

    A held city keeps the load it was held at. Returns the newly held and the newly opened ones.
    """
    reasons: dict[City, list[str]] = {}
    for verdict in verdicts:
        if verdict.stops and verdict.programme is not None and verdict.city is not None:
            reasons.setdefault((verdict.programme, verdict.city), []).append(verdict.sentence)
    held = {(row[0], row[1]) for row in conn.execute("select programme, city from ops.city_gate where state = 'held'")}
    for (programme, city), sentences in reasons.items():
        conn.execute(
            """
            insert into ops.city_gate as g (programme, city, state, admitted_to_load, reason)
            values (%s, %s, 'held', %s, %s)
            on conflict (programme, city) do update set
                state = 'held',
                admitted_to_load = case g.state when 'held' then g.admitted_to_load else excluded.admitted_to_load end,
                reason = excluded.reason,
                updated_at = clock_timestamp()
            """,
            [programme, city, last_good_load, " ".join(sentences)],
        )
    opened = sorted(held - set(reasons))
    for programme, city in opened:
        conn.execute(
            """
            update ops.city_gate
            set state = 'open', admitted_to_load = null, reason = '', updated_at = clock_timestamp()
            where programme = %s and city = %s
            """,
            [programme, city],
        )
    return sorted(set(reasons) - held), opened
