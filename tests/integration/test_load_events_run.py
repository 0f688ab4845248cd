"""load_events in the running Airflow: woken by the backlog, split when there is much, asked to read again."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterator
from typing import Any

import httpx
import orjson
import psycopg
import pytest
from confluent_kafka import Producer

from infra.settings import Settings
from ingestion.topics import ACCEPTED
from tests.integration.airflow_api import run_dag, signed_in
from tests.integration.load_rig import accepted_event
from tests.support import wait_for

Send = Callable[[dict[str, Any], int, int], None]


@pytest.fixture
def airflow(stack: Settings) -> Iterator[httpx.Client]:
    """Signed in to Airflow's API."""
    with signed_in(stack) as client:
        yield client


@pytest.fixture
def send(stack: Settings) -> Send:
    """send(event, partition, times): write one event of the programme OPS, which never reaches results."""
    producer = Producer({"bootstrap.servers": stack.kafka_bootstrap, "acks": "all", "linger.ms": 20})

    def produce(event: dict[str, Any], partition: int, times: int) -> None:
        for _ in range(times):
            producer.produce(ACCEPTED, orjson.dumps(event | {"programme": "OPS"}), key="OPS|x", partition=partition)
            producer.poll(0)
        assert producer.flush(60) == 0

    return produce


def _run_of(owner: psycopg.Connection, source: str, rows: int) -> str | None:
    """The run that landed all `rows` events of `source`, once its load is finished."""
    found = owner.execute(
        "select l.run_id from raw.events as e inner join raw.loads as l using (load_id)"
        " where e.source = %s and l.finished_at is not null and l.announced_by is not null"
        " group by l.run_id having count(*) = %s",
        [source, rows],
    ).fetchone()
    return found[0] if found else None


def test_event__is_loaded_without_anybody_asking(owner: psycopg.Connection, send: Send) -> None:
    source = f"urn:test:{secrets.token_hex(4)}"
    send(accepted_event(source=source), 0, 1)

    run_id = wait_for(lambda: _run_of(owner, source, 1), 120, "the backlog to be loaded")

    assert run_id.startswith(("asset_triggered", "scheduled"))


def test_large_backlog__is_split_into_shares(owner: psycopg.Connection, send: Send, airflow: httpx.Client) -> None:
    source = f"urn:test:{secrets.token_hex(4)}"
    for partition in range(4):
        send(accepted_event(f"e{partition}", source=source), partition, 10_000)

    wait_for(
        lambda: owner.execute(
            "select count(*) from raw.events where source = %s having count(*) = 4", [source]
        ).fetchone(),
        180,
        "all partitions to be loaded",
    )

    def shares() -> int:
        runs = owner.execute(
            "select distinct l.run_id from raw.loads as l inner join raw.load_ranges as r using (load_id)"
            " where r.duplicates > 1000 and r.topic = %s",
            [ACCEPTED],
        ).fetchall()
        return max(_count_shares(airflow, run_id) for (run_id,) in runs) if runs else 0

    assert wait_for(lambda: shares() > 1, 60, "a run with several shares")


def _count_shares(airflow: httpx.Client, run_id: str) -> int:
    path = f"/api/v2/dags/load_events/dagRuns/{run_id}/taskInstances/load_share/listMapped"
    answer = airflow.get(path).raise_for_status().json()
    return sum(each["map_index"] >= 0 for each in answer["task_instances"])


def test_reread__is_a_parameter_of_the_run(owner: psycopg.Connection, send: Send, airflow: httpx.Client) -> None:
    source = f"urn:test:{secrets.token_hex(4)}"
    send(accepted_event(source=source), 0, 1)
    wait_for(lambda: _run_of(owner, source, 1), 120, "the backlog to be loaded")
    place = owner.execute("select kafka_offset from raw.events where source = %s", [source]).fetchone()
    assert place is not None

    conf = {"reread_from": orjson.dumps({f"{ACCEPTED}/0": place[0]}).decode()}
    run_id, state = run_dag(airflow, "load_events", conf)
    assert state == "success"

    reread = owner.execute(
        "select r.first_offset, r.rows_landed, r.duplicates > 0 from raw.loads as l"
        " inner join raw.load_ranges as r using (load_id) where l.run_id = %s and r.is_reread",
        [run_id],
    ).fetchall()
    assert reread[0] == (place[0], 0, True)
    assert owner.execute("select count(*) from raw.events where source = %s", [source]).fetchone() == (1,)
