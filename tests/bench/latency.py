"""How long an accepted event takes to be a row of `raw` and a number in `results`, at rest and beside a simulation.

`make bench ARGS="latency"` measures on the stack that runs: its events stay in the programme SIM.
"""

from __future__ import annotations

import random
import statistics
import subprocess
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from typing import Any

import httpx
import psycopg

from infra.settings import REPO, Settings
from ingestion.keys import create_key
from tests.bench.bars import Bar
from tests.support import wait_for

BARS = {
    "accepted to raw, beside a simulation of 10 cities, p95": Bar("s", at_most=15),
    "accepted to results, beside a simulation of 10 cities, p95": Bar("s", at_most=60),
}

CELL = """
select actual from results.indicator_results
where programme_code = 'SIM' and indicator_code = 'CM-C-ARR' and geography_code = 'BORAMA'
and period_precision = 'month' and period_start = date '2017-01-01' and dimension = 'total'
"""
#: All but that of the probes.
_CITIES = "ADAMA,JIGJIGA,KAKUMA-KALOBEYEI,ARUA,JINJA,KAIROUAN,JENDOUBA,AMATITLAN,SAN-MARCOS,KOBOKO"
_RATE = 5.0
_WHERE_SECONDS_GO = """
select
    (select jsonb_object_agg(stage, seconds) from (
        select stage, round(avg(value::numeric), 2) as seconds
        from ops.builds, jsonb_each_text(seconds) as s (stage, value)
        where started_at >= to_timestamp(%(since)s) and state in ('published', 'unchanged') group by stage
    ) as stages),
    (select round(avg(extract(epoch from finished_at - started_at)), 2) from ops.builds
        where started_at >= to_timestamp(%(since)s) and state in ('published', 'unchanged')),
    (select count(*) from ops.builds
        where started_at >= to_timestamp(%(since)s) and state in ('published', 'unchanged')),
    (select round(avg(extract(epoch from finished_at - started_at)), 2) from raw.loads
        where started_at >= to_timestamp(%(since)s)),
    (select count(*) from raw.loads where started_at >= to_timestamp(%(since)s)),
    (select coalesce(sum(r.rows_landed), 0)::int from raw.loads as l inner join raw.load_ranges as r using (load_id)
        where l.started_at >= to_timestamp(%(since)s))
"""


@dataclass(frozen=True)
class Latency:
    """Seconds from the gateway's answer to what was waited for, over all rounds."""

    p50: float
    p95: float
    worst: float
    rounds: int


def measure(quick: bool = False) -> tuple[dict[str, float], dict[str, Any]]:
    """Both figures by name, and where the seconds went."""
    settings = Settings.load()
    with _simulation(settings):
        wait_for(lambda: _is_sending(settings), 60, "the first events of the simulation")
        since = time.time()
        raw, results = accepted_to(settings, rounds=4 if quick else 20, pause=5.0)
    how = {"to raw": asdict(raw), "to results": asdict(results), "where the seconds go": _where(settings, since)}
    print(f"where the seconds go: {how['where the seconds go']}")
    return dict(zip(BARS, (raw.p95, results.p95), strict=True)), how


def accepted_to_results(settings: Settings, rounds: int = 20) -> Latency:
    """With nothing else under way."""
    return accepted_to(settings, rounds)[1]


def accepted_to(settings: Settings, rounds: int, pause: float = 0.0) -> tuple[Latency, Latency]:
    """To raw and to results: send one arrival count a round, and wait for its row and for the cell that it changes.

    The first round warms up and is not counted. `pause`: seconds to wait before a round at most, so that rounds do
    not always begin where a build has just ended.
    """
    prefix = f"urn:corridor:bench:{uuid.uuid4().hex[:8]}"
    key = create_key(settings.dsn("owner"), programme="SIM", partner="bench", source_prefix=prefix, cities=["BORAMA"])
    to_raw: list[float] = []
    to_results: list[float] = []
    with (
        psycopg.connect(settings.dsn("reader"), autocommit=True) as reader,
        psycopg.connect(settings.dsn("loader"), autocommit=True) as loader,
    ):
        total = _shown(reader)
        for number in range(rounds + 1):
            time.sleep(random.uniform(0, pause))
            total += 10
            _send(settings, key, prefix, number)
            started = time.monotonic()
            wait_for(lambda n=number: _has_landed(loader, prefix, n), 180, f"round {number} in raw", every=0.1)  # type: ignore[misc]
            to_raw.append(time.monotonic() - started)
            wait_for(lambda want=total: _shown(reader) >= want, 300, f"round {number} in results")  # type: ignore[misc]
            to_results.append(time.monotonic() - started)
            print(f"round {number}: raw after {to_raw[-1]:.1f} s, results after {to_results[-1]:.1f} s", flush=True)
    return _latency(to_raw[1:]), _latency(to_results[1:])


def _latency(seconds: list[float]) -> Latency:
    counted = sorted(seconds)
    return Latency(
        p50=statistics.median(counted),
        p95=counted[max(0, round(0.95 * len(counted)) - 1)],
        worst=counted[-1],
        rounds=len(counted),
    )


@contextmanager
def _simulation(settings: Settings) -> Iterator[None]:
    """Ten cities that send what happens now, as long as it is asked for."""
    command = ["simulate", "--live", "--days", "60", "--events", "20000", "--rate", f"{_RATE}", "--cities", _CITIES]
    # One world: people of two worlds would meet on one card.
    command += ["--seed", "20"]
    environment = {
        **settings.env,
        "CORRIDOR_HOME": str(settings.home),
        "CORRIDOR_PORT_BASE": str(settings.port_base),
    }
    process = subprocess.Popen([REPO / "corridor", *command], env=environment, stdout=subprocess.DEVNULL)
    try:
        yield
        assert process.poll() is None, "the simulation ended before the measurement: give it more events"
    finally:
        process.terminate()
        process.wait(timeout=30)


def _is_sending(settings: Settings) -> bool:
    with psycopg.connect(settings.dsn("owner")) as connection:
        row = connection.execute(
            "select exists (select from raw.events where partner like 'sim-%' and received_at > now() - interval '20 s'"
            " and load_id > (select max(load_id) - 20 from raw.loads))"
        ).fetchone()
    return bool(row and row[0])


def _where(settings: Settings, since: float) -> dict[str, Any]:
    with psycopg.connect(settings.dsn("owner")) as connection:
        row = connection.execute(_WHERE_SECONDS_GO, {"since": since}).fetchone()
    assert row is not None
    stages, build, builds, load, loads, rows = row
    return {
        "stages of a build, mean": {name: float(seconds) for name, seconds in (stages or {}).items()},
        "build, mean": float(build or 0),
        "builds": builds,
        "load, mean": float(load or 0),
        "loads": loads,
        "rows landed": rows,
        "minutes": round((time.time() - since) / 60, 1),
    }


def _shown(reader: psycopg.Connection) -> int:
    row = reader.execute(CELL).fetchone()
    return int(row[0]) if row and row[0] is not None else 0


def _has_landed(loader: psycopg.Connection, prefix: str, number: int) -> bool:
    identity = [f"{prefix}/desk", f"bench-{number}"]
    row = loader.execute("select 1 from raw.event_identities where source = %s and id = %s", identity).fetchone()
    return row is not None


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
