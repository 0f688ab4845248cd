"""erase_people and keep_no_longer in the running Airflow: what they promise is done, and repeating it is safe."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from typing import Any

import httpx
import psycopg
import pytest

from infra.settings import Settings
from tests.integration.airflow_api import run_dag, signed_in
from tests.integration.test_gateway import BATCH, Partner
from tests.support import wait_for

_TOKEN = "select data ->> 'person_token' from raw.events where source = %s and type = 'person.registered.v1'"
_TAKEN_IN = """
    select count(*) from warehouse.int_records
    where data ->> 'person_token' = %s and event_type = 'consent.withdrawn.v1'
"""
_ERASED = "select count(*) from ops.erasures where origin = 'withdrawal'"
#: A year that no other test of the shared stack counts.
CAME, WITHDREW = "2013-05-10T08:00:00Z", "2013-05-12T08:00:00Z"


def _value(conn: psycopg.Connection, query: str, *parameters: str) -> Any:
    row = conn.execute(query.encode(), parameters).fetchone()
    assert row is not None
    return row[0]


@pytest.mark.timeout(900)
def test_withdrawal__is_carried_out_once_a_build_has_taken_it_in(
    stack: Settings, owner: psycopg.Connection, gateway_url: str, make_key: Callable[..., str]
) -> None:
    partner = Partner()
    who = {"person_id": f"ID {partner.name}"}
    came = partner.event(0, city="ADAMA", time=CAME)
    came["data"] |= who
    withdrew = partner.event(1, "consent.withdrawn.v1", city="ADAMA", time=WITHDREW)
    withdrew["data"] |= who
    answer = httpx.post(
        f"{gateway_url}/v1/events",
        json=[came, withdrew],
        headers={"X-API-Key": make_key(**partner.scope()), "Content-Type": BATCH},
        timeout=30,
    )
    assert answer.json()["accepted"] == 2, answer.text
    source = came["source"]
    (token,) = wait_for(lambda: owner.execute(_TOKEN, [source]).fetchone(), 120, "the event to be landed")
    assert token.startswith("tok1_")

    def is_taken_in() -> bool:
        with psycopg.connect(stack.dsn("warehouse")) as warehouse:
            return bool(_value(warehouse, _TAKEN_IN, token))

    with signed_in(stack) as airflow:
        if not is_taken_in():
            assert run_dag(airflow, "build_results", {}, within=300)[1] == "success"
        wait_for(is_taken_in, 120, "a build to take the withdrawal in")
        assert run_dag(airflow, "erase_people", {}, within=300)[1] == "success"
        assert _value(owner, "select count(*) from raw.events where data::text like %s", f"%{token}%") == 0
        surrogate = _value(owner, _TOKEN, source)
        assert surrogate != token
        assert _value(owner, _ERASED) >= 1
        assert run_dag(airflow, "erase_people", {}, within=300)[1] == "success"
    assert _value(owner, _TOKEN, source) == surrogate


def test_what_is_older_than_the_policy__goes_and_the_newer_stays(stack: Settings, owner: psycopg.Connection) -> None:
    key = f"people-dags-{secrets.token_hex(4)}"
    owner.execute(
        """
        insert into ops.key_use (minute, key_id, route, status, requests, accepted, rejected, first_at, last_at)
        select t, %s, '/v1/events', 202, 1, 1, 0, t, t
        from (values (now() - interval '181 days'), (now() - interval '170 days')) as v (t)
        """,
        [key],
    )
    with signed_in(stack) as airflow:
        assert run_dag(airflow, "keep_no_longer", {})[1] == "success"
    kept = owner.execute(
        "select now() - minute > interval '180 days' from ops.key_use where key_id = %s", [key]
    ).fetchall()
    owner.execute("delete from ops.key_use where key_id = %s", [key])
    assert kept == [(False,)]
