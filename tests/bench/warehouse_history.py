"""A long history in raw.events, as the loader would have landed it: simulated events, and copies with other ids."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import date

import orjson
import psycopg

from ingestion.contracts.registry import contracts
from ingestion.gateway.check import Checker
from ingestion.gateway.places import read_places
from ingestion.gateway.receipt_ids import ReceiptIds
from ingestion.gateway.records import Accepted, now_text
from ingestion.gateway.scope import Key
from ingestion.simulation.config import SimulationConfig
from ingestion.simulation.simulation import simulate
from ingestion.tokens import CityKey

YEARS = 5
_COLUMNS = """
    source, id, type, subject, programme, city, operation, record_version, time_precision, occurred_at, received_at,
    partner, content_hash, data, topic, kafka_partition, kafka_offset, load_id
"""
#: Other people, other records, other years: cells of their own as well as more people in those that are there.
_COPY = f"""
    insert into raw.events ({_COLUMNS})
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
    config = SimulationConfig(
        seed=6, days=365 * YEARS, start=date(2020, 1, 1), events=events, bad=0, duplicates=0
    )  # fmt: skip
    keyring = {city: CityKey("k1", city.encode().ljust(32, b"x")) for city in config.cities}
    checker = Checker(contracts(), read_places(), keyring)
    key = Key("bench", config.programme, "bench", config.source_prefix)
    receipt, now = ReceiptIds("x" * 32).mark(), now_text()
    for dispatch in simulate(config).dispatches:
        verdict = checker.check(dispatch.event, key)
        assert isinstance(verdict, Accepted), verdict
        yield verdict.record("bench", now, receipt, 0).value


def land(conn: psycopg.Connection, events: Iterator[bytes], first: int = 0) -> int:
    """Copy them into raw.events as one finished load; the number of the load. `conn` must be the owner's."""
    load = _open_load(conn)
    with conn.cursor().copy(f"copy raw.events ({_COLUMNS}) from stdin") as copy:
        for number, line in enumerate(events, first):
            copy.write_row(_row(orjson.loads(line), number, load))
    _close_load(conn, load)
    return load


def copy_history(conn: psycopg.Connection, load: int, copies: int) -> None:
    """The events of `load` again, `copies` times: every second one lies five years earlier."""
    for number in range(1, copies + 1):
        again = _open_load(conn)
        values = {"copy": str(number), "back": YEARS * (number % 2), "load": again, "of": load}
        conn.execute(_COPY, values)
        _close_load(conn, again)


def _open_load(conn: psycopg.Connection) -> int:
    row = conn.execute("insert into raw.loads (run_id) values ('bench') returning load_id").fetchone()
    assert row is not None
    return int(row[0])


def _close_load(conn: psycopg.Connection, load: int) -> None:
    conn.execute("update raw.loads set finished_at = clock_timestamp() where load_id = %s", [load])
    conn.execute("analyze raw.events")


def _row(event: dict[str, object], number: int, load: int) -> tuple[object, ...]:
    return (
        event["source"], event["id"], event["type"], event["subject"], event["programme"], event.get("city"),
        event["operation"], event["recordversion"], event["timeprecision"], event["time"], event["receivedat"],
        "bench", bytes.fromhex(str(event["contenthash"])), json.dumps(event["data"]), "bench", 0, number, load,
    )  # fmt: skip
