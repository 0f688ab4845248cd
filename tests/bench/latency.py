"""How long an accepted event takes to be a number in `results`."""

from __future__ import annotations

import statistics
import time
import uuid
from dataclasses import dataclass

import httpx
import psycopg

from infra.settings import Settings
from ingestion.keys import create_key
from tests.support import wait_for

CELL = """
select actual from results.indicator_results
where programme_code = 'SIM' and indicator_code = 'CM-C-ARR' and geography_code = 'BORAMA'
and period_precision = 'month' and period_start = date '2017-01-01' and dimension = 'total'
"""


@dataclass(frozen=True)
class Latency:
    """Seconds from the gateway's answer to the changed cell, over all rounds."""

    p50: float
    p95: float
    worst: float
    rounds: int


def accepted_to_results(settings: Settings, rounds: int = 20) -> Latency:
    """Send one arrival count a round and wait for the cell it changes; the first round warms up and is not counted."""
    prefix = f"urn:corridor:bench:{uuid.uuid4().hex[:8]}"
    key = create_key(settings.dsn("owner"), programme="SIM", partner="bench", source_prefix=prefix, cities=["BORAMA"])
    seconds: list[float] = []
    with psycopg.connect(settings.dsn("reader"), autocommit=True) as reader:
        total = _shown(reader)
        for number in range(rounds + 1):
            total += 10
            _send(settings, key, prefix, number)
            started = time.monotonic()
            wait_for(lambda want=total: _shown(reader) == want, 180, f"round {number} in results")  # type: ignore[misc]
            seconds.append(time.monotonic() - started)
    counted = sorted(seconds[1:])
    return Latency(
        p50=statistics.median(counted),
        p95=counted[max(0, round(0.95 * len(counted)) - 1)],
        worst=counted[-1],
        rounds=len(counted),
    )


def _shown(reader: psycopg.Connection) -> int:
    row = reader.execute(CELL).fetchone()
    return int(row[0]) if row and row[0] is not None else 0


def _send(settings: Settings, key: str, prefix: str, number: int) -> None:
    event = {
        "specversion": "1.0",
        "id": f"bench-{number}",
        "source": f"{prefix}/desk",
        "type": "arrival.counted.v1",
        "subject": f"bench-{number}",
        "time": f"2017-01-{number % 27 + 1:02d}T10:00:00+03:00",
        "programme": "SIM",
        "city": "BORAMA",
        "data": {"direction": "in", "count": 10, "place_name": "north gate", "estimate": False},
    }
    answer = httpx.post(
        f"{settings.gateway_url}/v1/events",
        json=event,
        headers={"X-API-Key": key, "content-type": "application/cloudevents+json"},
        timeout=30,
    )
    answer.raise_for_status()
