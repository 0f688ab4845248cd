"""Somebody is erased: no store holds the token any more, and every figure stays what it was."""

from __future__ import annotations

import io
import shutil
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import psycopg
import pytest
from psycopg import sql

from dbt_project.run import BUILD, run_dbt
from dbt_project.seeding import seed_if_changed
from infra.settings import Settings
from ingestion.archive.files import read_file
from ingestion.archive.making import archive_month
from ingestion.archive.months import Month
from reporting.erasure import run as erasing
from reporting.erasure.areas import types_of
from reporting.erasure.late import erase_late
from reporting.erasure.looking import look
from reporting.erasure.model import SURROGATE_PREFIX, Request
from reporting.erasure.run import erase
from reporting.erasure.withdrawals import erase_withdrawn
from reporting.publications.taken_in import take_in
from tests.dbt_events import COLUMNS, Events
from tests.support import ScratchDatabase, scratch_database

PERSON, NEWER, WITHDRAWN, HOUSE, OTHER = (f"tok1_{key}_{letter * 43}" for key, letter in (
    ("k1", "P"), ("k2", "Q"), ("k1", "W"), ("k1", "H"), ("k1", "O"),
))  # fmt: skip
MONTH = Month(2024, 2)
SEEN = """
select r.indicator_code, r.city, r.period_start, r.period_precision, r.funder, r.dimension, r.dimension_value, r.amount
from warehouse.int_city_sums as r where r.counted > 0"""


class World:
    """A database with people, and builds of it."""

    def __init__(self, database: ScratchDatabase, folder: Path) -> None:
        env = {**database.settings.env, "CORRIDOR_SECRET_ERASURE_KEY": "k" * 64, "CORRIDOR_ARCHIVE": str(folder)}
        self.settings = replace(database.settings, env=env)
        self.folder = folder
        self.loads = 0

    def owner(self) -> psycopg.Connection:
        return psycopg.connect(self.settings.dsn("owner"), autocommit=True)

    def load(self, events: Events) -> None:
        """Land these as one closed load."""
        with self.owner() as owner:
            row = owner.execute(
                "insert into raw.loads (run_id, finished_at) values ('t', now()) returning load_id"
            ).fetchone()
        assert row is not None
        self.loads = row[0]
        events.rows = [(*each[:-1], self.loads) for each in events.rows]
        events.insert(self.settings.dsn("owner"))

    def build(self, *more: str) -> set[tuple[Any, ...]]:
        """Run dbt over what is new; returns every sum."""
        outcome = run_dbt(self.settings, [*BUILD, *more])
        nodes = getattr(outcome.result, "results", [])
        assert outcome.success, [f"{n.node.name}: {n.message}" for n in nodes if str(n.status) in ("error", "fail")]
        with psycopg.connect(self.settings.dsn("warehouse"), autocommit=True) as warehouse:
            take_in(warehouse, self.loads, "rules")
            return set(warehouse.execute(SEEN.encode()).fetchall())

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        with self.owner() as owner:
            return owner.execute(query.encode()).fetchall()

    def holding(self, *tokens: str) -> list[str]:
        """Where one of these stands: every table of every schema, what the planner knows of them, and archives."""
        found = []
        with psycopg.connect(self.settings.admin_dsn(self.settings.warehouse_database), autocommit=True) as admin:
            tables = admin.execute(
                "select schemaname, tablename from pg_tables where schemaname <> 'information_schema'"
                " and (schemaname !~ '^pg_' or tablename = 'pg_statistic')"
            ).fetchall()
            assert len(tables) > 60
            for name in tables:
                query = sql.SQL("select count(*) from {} as t where t::text ~ %s").format(sql.Identifier(*name))
                row = admin.execute(query, ["|".join(tokens)]).fetchone()
                found += [".".join(name)] if row and row[0] else []
        for path in sorted(self.folder.rglob("*")):
            text = str(list(read_file(path))) if path.suffix == ".parquet" else path.read_text("latin-1")
            found += [path.name] if any(token in text for token in tokens) else []
        return found


def _request(token: str, **more: Any) -> Request:
    now = datetime.now(UTC)
    values: dict[str, Any] = {
        "tokens": frozenset([token]), "kind": "person", "programme": "SIM", "city": None, "areas": None, "types": None,
        "origin": "request", "asked_by": "officer", "reason": "letter of 3 May", "occurred_until": now,
        "received_until": now,
    }  # fmt: skip
    return Request(**{**values, **more})


def _people() -> Events:
    events = Events()
    for number in range(7):
        events.person("person.registered", "2018-05-10 08:00+00", f"tok1_k1_{number:043}", city="ADAMA")
    for token in (PERSON, NEWER, WITHDRAWN, OTHER):
        for type_, day in (("person.registered", 3), ("clinic.visit", 4), ("training.completed", 5)):
            events.person(type_, f"2018-0{day}-10 08:00+00", token, city="ADAMA")
            events.person(type_, f"2018-0{day}-20 08:00+00", token, city="ADAMA", subject=f"{type_} of {token[-1]}")
    events.person("service.provided", "2018-06-01 08:00+00", PERSON, city="ARUA", data={"service_type": "legal_aid"})
    house = {"household_token": HOUSE, "result_code": "complete", "status": "host_community", "head_sex": "female"}
    events.add("household.enumerated", "2018-05-02 08:00+00", house, city="ARUA")
    return events


@pytest.fixture
def world(stack: Settings, tmp_path: Path) -> Iterator[World]:
    with scratch_database(stack) as database:
        made = World(database, tmp_path / "archive")
        made.load(_people())
        with made.owner() as owner:
            owner.execute("insert into raw.first_tokens values (%s, %s, 1)", [NEWER, PERSON])
            owner.execute(
                f"insert into raw.id_conflicts ({COLUMNS}, first_content_hash) select {COLUMNS}, content_hash"
                " from raw.events where data::text ~ %s",
                [PERSON],
            )
            owner.execute(f"create table raw.{MONTH.table} partition of raw.events for values {MONTH.bounds}".encode())
            owner.execute("update raw.events set loaded_at = '2024-02-05' where type = 'training.completed.v1'")
        seed_if_changed(made.settings)
        yield made
        shutil.rmtree(stack.home / "dbt" / database.name, ignore_errors=True)


def test_person_is_in_no_store__and_every_figure_stays(world: World) -> None:
    archive_month(world.settings, MONTH, keep=True)
    before = world.build()
    assert {
        "raw.events_2024_02", "raw.first_tokens", "raw.id_conflicts", "warehouse.int_records",
        "warehouse.int_indicator_events", "events_2024_02.parquet",
    } <= set(world.holding(PERSON, NEWER))  # fmt: skip
    foreseen = look(world.settings, _request(NEWER))

    done = erase(world.settings, [_request(NEWER), _request(HOUSE, kind="household")])

    person = {"raw.events": 13, "raw.id_conflicts": 7, "raw.first_tokens": 1, "archived months": 4,
              "warehouse.int_records": 13}  # fmt: skip
    assert foreseen == person
    assert [(each.events, each.conflicts, each.links, each.archived_events, each.records) for each in done] == [
        (13, 7, 1, 4, 13),
        (1, 0, 0, 0, 1),
    ]
    assert world.rows("select finished_at from ops.v_erasures") == [(None,), (None,)]
    assert world.build() == before
    assert world.rows("select count(*) from ops.erasures where finished_at is null") == [(0,)]
    assert world.holding(PERSON, NEWER, HOUSE) == []
    assert "raw.events" in " ".join(world.holding(OTHER))
    assert world.build("--full-refresh") == before
    # One person, one surrogate; the archive is what the database says it is.
    surrogates = "select distinct data ->> 'person_token' from raw.events where data::text ~ '" + SURROGATE_PREFIX + "'"
    assert len(world.rows(surrogates)) == 2
    from ingestion.archive.attaching import archived

    with world.owner() as owner:
        path, rows, _ = archived(owner, MONTH)
    assert rows == sum(len(chunk) for chunk in read_file(path))
    assert [each.name for each in world.folder.iterdir()] == [path.name]


def test_area_that_was_withdrawn__goes_alone(world: World) -> None:
    before = world.build()
    withdrawn = Events()
    withdrawn.add(
        "consent.withdrawn", "2019-01-01 08:00+00",
        {"person_token": WITHDRAWN, "scope": "areas", "areas": ["health"]}, city="ADAMA", id="withdrawal",
    )  # fmt: skip
    world.load(withdrawn)
    world.build()

    done = erase_withdrawn(world.settings)

    assert [(each.events, each.records) for each in done] == [(3, 3)]
    assert erase_withdrawn(world.settings) == []
    left = world.rows(f"select distinct type from raw.events where data ->> 'person_token' = '{WITHDRAWN}' order by 1")
    assert left == [("person.registered.v1",), ("training.completed.v1",)]
    after = world.build()
    # Whoever is counted over all areas is somebody else in health from now on.
    assert {row for row in after if row[0] != "CM-X-01"} == {row for row in before if row[0] != "CM-X-01"}
    assert world.build("--full-refresh") == after


def test_killed_anywhere__the_next_one_ends_it_with_the_same_surrogate(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    archive_month(world.settings, MONTH, keep=True)
    before = world.build()
    with monkeypatch.context() as patched:
        patched.setattr(erasing, "erase_in_raw", _die)
        with pytest.raises(KeyboardInterrupt):
            erase(world.settings, [_request(PERSON)])
    for place, name in ((Path, "unlink"), (erasing, "erase_in_archives"), (erasing, "erase_in_warehouse")):
        with monkeypatch.context() as patched:
            patched.setattr(place, name, _die)
            with pytest.raises(KeyboardInterrupt):
                erase(world.settings, [])

    erase(world.settings, [])

    assert world.rows("select events, archived_events, records from ops.erasures") == [(13, 4, 13)]
    assert world.build() == before
    assert world.holding(PERSON, NEWER) == []
    assert len(list(world.folder.iterdir())) == 1


def test_events_that_come_later__go_if_they_tell_of_before(world: World) -> None:
    world.build()
    erase(world.settings, [_request(PERSON, occurred_until=datetime(2020, 1, 1, tzinfo=UTC))])
    before = world.build()
    late = Events()
    registered = {"subject": "person.registered of P", "version": 2, "operation": "correct", "id": "late"}
    late.person("person.registered", "2018-03-20 08:00+00", PERSON, city="ADAMA", **registered, received="2099-01-01")
    late.person("person.registered", "2021-03-20 08:00+00", PERSON, city="ADAMA", id="again", received="2099-01-01")
    world.load(late)
    with world.owner() as owner:
        owner.execute("insert into raw.first_tokens values (%s, %s, %s)", [NEWER, PERSON, world.loads])

    assert erase_late(world.settings) > 0
    assert erase_late(world.settings) == 0

    found = world.rows("select id, data::text like '%tok1_erased_%' from raw.events where id in ('late', 'again')")
    assert sorted(found) == [("again", False), ("late", True)]
    after = world.build()
    assert {row for row in after if row[2].year == 2018} == {row for row in before if row[2].year == 2018}
    assert world.rows("select sum(events) from ops.erasures where origin = 'late'") == [(1,)]


def test_restored_backup__is_erased_again_without_knowing_whom(world: World) -> None:
    erase(world.settings, [_request(PERSON)])
    with world.owner() as owner:
        owner.execute("truncate raw.events, raw.id_conflicts, raw.first_tokens")
    world.load(_people())

    assert erase_late(world.settings, everything=True) >= 1

    assert world.holding(PERSON) == []


def test_erasure_of_one_city_and_of_areas__covers_no_more(world: World) -> None:
    done = erase(world.settings, [_request(PERSON, city="ARUA")])
    assert [each.events for each in done] == [1]
    health = _request(PERSON, areas=("health",), types=types_of(["health"]))
    assert [each.events for each in erase(world.settings, [health])] == [4]
    assert [each.events for each in erase(world.settings, [_request(PERSON)])] == [8]
    assert [each.events for each in erase(world.settings, [_request(PERSON)])] == [0]


def _die(*_: Any, **__: Any) -> None:
    raise KeyboardInterrupt


def test_command__makes_the_token_as_the_gateway_does_and_prints_nobody(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    from typer.testing import CliRunner

    from infra.cli.app import build
    from ingestion.tokens import make_token, read_keyring

    key = read_keyring(world.settings.home / "secrets" / "city_keys.json")["ADAMA"]
    token = make_token(key, "person", "AD-000877")
    events = Events()
    events.person("clinic.visit", "2018-07-01 08:00+00", token, city="ADAMA", id="visit")
    world.load(events)
    monkeypatch.setattr(Settings, "load", lambda *_: world.settings)
    asked = ["erase", "--city", "ADAMA", "--programme", "SIM", "--identifier-file", "-", "--reason", "letter of 3 May"]

    looked = CliRunner().invoke(build("erase"), [*asked, "--dry-run"], input=io.StringIO(" ad-000877\n").read())
    assert looked.exit_code == 0, looked.output
    assert "raw.events 1" in looked.output
    assert world.holding(token) != []
    done = CliRunner().invoke(build("erase"), asked, input="AD-000877\n")

    assert done.exit_code == 0, done.output
    assert "1 events" in done.output
    assert world.holding(token) == []
    ended = CliRunner().invoke(build("erase"), ["erase", "--resume"])
    assert (ended.exit_code, ended.output) == (0, "Nothing is under way any more.\n")
    assert world.rows("select log_forgets_at - begun_at between '30 days' and '31 days' from ops.erasures") == [(True,)]
    for output in (looked.output, done.output):
        assert "000877" not in output
        assert "tok1_" not in output
