"""`corridor status` turns red by what does not flow, and says what to do."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import psycopg
import pytest

from infra.local.flow import look_at_flow
from infra.settings import Settings
from ingestion.gateway.spool_file import SpoolFile
from tests.support import scratch_database


@pytest.fixture
def place(stack: Settings, tmp_path: Path) -> Iterator[Settings]:
    with scratch_database(stack) as made:
        yield replace(made.settings, env={**made.settings.env, "CORRIDOR_GATEWAY_FOLDER": str(tmp_path)})


def _do(place: Settings, *statements: str) -> None:
    with psycopg.connect(place.dsn("owner"), autocommit=True) as owner:
        for each in statements:
            owner.execute(each.encode())


def test_everything_flows__no_alarm(place: Settings) -> None:
    _do(
        place,
        "insert into ops.canary (canary_id, sent_at, accepted_at, kafka_at, live_at, raw_at) select 'c', t, t, t, t, t"
        " from (values (now() - interval '20 s')) as v (t)",
        "insert into ops.reconciliations (scope, after_load_id, upto_load_id, finished_at) values ('new', 0, 0, now())",
    )
    flow = look_at_flow(place)
    assert flow.alarms == ()
    assert flow.canary is not None
    assert flow.as_dict()["canary"]["passed"][3]["seconds"] == 0


def test_every_trouble__is_told_with_what_to_do(place: Settings) -> None:
    _do(
        place,
        "insert into ops.reconciliations (scope, after_load_id, upto_load_id, finished_at)"
        " values ('new', 0, 0, now() - interval '5 hours')",
        "insert into ops.reconciliation_differences (reconciliation_id, kind, place, detail)"
        " values (1, 'hole', 't/0/7', 'No load accounts for offsets 7 to 9.')",
        "insert into ops.intake_partners (partner, programme, source_prefix, topic, kafka_user, created_at)"
        " values ('adama', 'SIM', 'urn:a', 't', 'u', now() - interval '1 hour')",
    )
    spool = SpoolFile(Path(place.env["CORRIDOR_GATEWAY_FOLDER"]) / "spool", 0)
    spool.open()
    spool.append([(3, b"x")])
    spool.close()
    alarms = look_at_flow(place).alarms
    told = ("keeps 3 records", "No canary was sent", "offsets 7 to 9", "for 5 hours", "producer of adama")
    assert len(alarms) == len(told)
    for alarm, words in zip(alarms, told, strict=True):
        assert words in alarm


def test_spool_that_is_damaged__is_told(place: Settings) -> None:
    folder = Path(place.env["CORRIDOR_GATEWAY_FOLDER"]) / "spool"
    folder.mkdir()
    (folder / "spool.sqlite").write_bytes(b"this is no database at all, " * 40)
    with pytest.raises(sqlite3.DatabaseError):
        sqlite3.connect(folder / "spool.sqlite").execute("select 1 from sqlite_master")
    assert "cannot be read" in look_at_flow(place).alarms[0]


def test_postgres_away__is_told_by_its_service_only(place: Settings) -> None:
    away = replace(place, env={**place.env, "CORRIDOR_POSTGRES_ADMIN_URL": "postgresql://x:y@127.0.0.1:9/postgres"})
    flow = look_at_flow(away)
    assert (flow.canary, flow.alarms) == (None, ())
