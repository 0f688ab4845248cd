"""Accepted events straight into raw.events, as the loader would have landed them: for tests without a broker."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from contextlib import contextmanager

import orjson
import psycopg

COLUMNS = """
    source, id, type, subject, programme, city, operation, record_version, time_precision, occurred_at, received_at,
    partner, content_hash, data, topic, kafka_partition, kafka_offset, load_id
"""


def land(conn: psycopg.Connection, events: Iterable[bytes], first: int = 0) -> int:
    """Copy them into raw.events as one finished load; the number of the load. `conn` must be the owner's."""
    with finished_load(conn) as load, conn.cursor().copy(f"copy raw.events ({COLUMNS}) from stdin") as copy:
        for number, line in enumerate(events, first):
            copy.write_row(_row(orjson.loads(line), number, load))
    conn.execute("analyze raw.events")
    return load


@contextmanager
def finished_load(conn: psycopg.Connection) -> Iterator[int]:
    """The number of a new load, which is finished at the end."""
    row = conn.execute("insert into raw.loads (run_id) values ('test') returning load_id").fetchone()
    assert row is not None
    yield int(row[0])
    conn.execute("update raw.loads set finished_at = clock_timestamp() where load_id = %s", [row[0]])


def _row(event: dict[str, object], number: int, load: int) -> tuple[object, ...]:
    return (
        event["source"], event["id"], event["type"], event["subject"], event["programme"], event.get("city"),
        event["operation"], event["recordversion"], event["timeprecision"], event["time"], event["receivedat"],
        event["partner"], bytes.fromhex(str(event["contenthash"])), json.dumps(event["data"]), "test", 0, number, load,
    )  # fmt: skip
