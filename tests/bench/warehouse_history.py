"""A long history in raw.events, as the loader would have landed it: simulated events, and copies with other ids."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

import psycopg

from ingestion.simulation.config import SimulationConfig
from ingestion.simulation.simulation import simulate
from tests.landed import COLUMNS, finished_load
from tests.simulated_truth import accepted_lines

YEARS = 5
#: Other people, other records, other years: cells of their own as well as more people in those that are there.
_COPY = f"""
    insert into raw.events ({COLUMNS})
    select
        source, id || '-' || %(copy)s, type, subject || '-' || %(copy)s, programme, city, operation, record_version,
        time_precision, occurred_at - make_interval(years => %(back)s), received_at, partner, content_hash,
        case
            when data ? 'person_token'
                then jsonb_set(data, '{{person_token}}', to_jsonb(md5(%(copy)s || (data ->> 'person_token'))))
            when data ? 'household_token'
                then jsonb_set(data, '{{household_token}}', to_jsonb(md5(%(copy)s || (data ->> 'household_token'))))
            else data
        end,
        topic, kafka_partition, kafka_offset + %(copy)s::bigint * 100000000, %(load)s
    from raw.events
    where load_id = %(of)s and type not like 'target.%%' and type not like 'baseline.%%'
"""


def simulated_events(events: int) -> Iterator[bytes]:
    """Five years of all cities in the order of sending, each as the accepted topic would hold it."""
    start = date(2020, 1, 1)
    config = SimulationConfig(seed=6, days=365 * YEARS, start=start, events=events, bad=0, duplicates=0)
    return accepted_lines(simulate(config))


def copy_history(conn: psycopg.Connection, load: int, copies: int) -> None:
    """The events of `load` again, `copies` times: a third of them five years earlier, a third ten."""
    for number in range(1, copies + 1):
        with finished_load(conn) as again:
            values = {"copy": str(number), "back": YEARS * (number % 3), "load": again, "of": load}
            conn.execute(_COPY, values)
    conn.execute("analyze raw.events")
