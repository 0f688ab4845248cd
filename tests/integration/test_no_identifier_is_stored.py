"""Identifiers planted in every way into the platform; none may stand in any store, in any spelling."""

from __future__ import annotations

import gzip
import os
import secrets
import tempfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import chain
from pathlib import Path

import httpx
import psycopg
import pytest
from confluent_kafka import Producer
from confluent_kafka.admin import AdminClient, NewTopic

from infra.settings import Settings
from ingestion.keys import KeyScope, create_key, revoke_key
from ingestion.webhook_secrets import create_signing_key, webhook_key
from tests.gateways import RunningGateway, free_port, run_gateway
from tests.kobo_server import KoboServer
from tests.planted_files import file_requests, kobo_requests, other_requests, write_form
from tests.planted_producer import PlantedProducer
from tests.planted_pull import PlantedPull
from tests.planted_requests import Sender
from tests.planted_signed import signed_requests
from tests.planted_visits import cut_short, visit_pages
from tests.planting import Identifiers
from tests.spellings import Search
from tests.stores import Found, Stores, of_process
from tests.support import scratch_database, wait_for

_LARGE = 12 * 1024 * 1024


@dataclass
class World:
    """What was planted, and where to look for it."""

    stack: Settings
    folder: Path
    partner: str = field(default_factory=lambda: f"test-plant-{secrets.token_hex(4)}")
    identifiers: Identifiers = field(default_factory=Identifiers)

    def __post_init__(self) -> None:
        self.stores = Stores(self.stack, [self.folder], self.partner)
        self.prefix = f"urn:{self.partner}:"
        scope = {"programme": "SIM", "partner": self.partner, "source_prefix": self.prefix}
        self.key = create_key(self.stack.dsn("owner"), requests_per_second=1e6, events_per_second=1e6, **scope)  # type: ignore[arg-type]
        rates = {"requests_per_second": 1e6, "events_per_second": 1e6}
        signing = webhook_key(self.stack.secret("webhook_key"))
        self.key_id, self.webhook = create_signing_key(self.stack.dsn("owner"), signing, KeyScope(**scope, **rates))  # type: ignore[arg-type]
        secrets_of_keys = (self.key.split("_", 2)[2], self.webhook.removeprefix("whsec_"))
        self.search = Search((*self.identifiers.cores(), *secrets_of_keys), self.identifiers.whole())
        self.wrong: list[str] = []
        self.accepted = self.refused = self.broken = 0
        self.producer = PlantedProducer(self.stack, self.partner, self.prefix)
        #: Records that the producer wrote.
        self.produced = 0
        #: Events that were accepted of what KoboToolbox gave, by run.
        self.pulled: dict[str, int] = {}
        #: What stores held that are gone by the time of the tests: place -> what was found.
        self.seen: dict[str, list[str]] = {}

    def plant(self, gateway: RunningGateway, run: str, pull: PlantedPull) -> None:
        """Every request; what it stored is counted, and answers that are not as expected are kept in `wrong`."""
        sender = Sender(self.identifiers, self.key, self.prefix, run)
        signed = signed_requests(sender, self.key_id, self.webhook)
        kobo = kobo_requests(sender, self.partner)
        ways = (sender.requests(), signed, file_requests(sender), kobo, other_requests(sender))
        self.pulled[run] = pull.run(gateway, sender)
        self.accepted += self.pulled[run]
        with httpx.Client(base_url=gateway.url, timeout=30) as client:
            visit_pages(client, sender)
            cut_short(gateway.url, sender, lambda: self.look("process", of_process(gateway.pid)))
            for planted in chain(*ways):
                headers = {name.encode(): value.encode() for name, value in planted.headers.items()}
                response = client.request(planted.method, planted.path, content=planted.body, headers=headers)
                self.broken += response.status_code != planted.status and response.status_code in (500, 503)
                if response.status_code not in (planted.status, 500, 503):
                    self.wrong.append(f"{run}: {planted.what}: {response.status_code} {response.text[:300]}")
                answer = response.json() if planted.json else {}
                if not planted.path.startswith("/v1/validate"):
                    self.accepted += answer.get("accepted", 0)
                    # A body that is no JSON is kept too, as one.
                    self.refused += answer.get("rejected", answer.get("code") == "invalid_json")

    def look(self, name: str, found: Iterable[tuple[str, bytes]]) -> None:
        """Search now what will not be there later."""
        self.seen.setdefault(name, [])
        for place, content in found:
            self.seen[name].extend(f"{place}: {each}" for each in self.search.find(content))

    def look_at(self, gateway: RunningGateway) -> None:
        """The process, and what it answers to whoever asks how it is."""
        self.look("process", of_process(gateway.pid))
        for path in ("/metrics", "/v1/health/ready", "/openapi.json", "/docs"):
            self.look("answers", [(path, httpx.get(f"{gateway.url}{path}", timeout=10).content)])

    def clear(self) -> None:
        """End the keys and the producer, and forget the form."""
        dsn = self.stack.dsn("owner")
        self.producer.clear()
        for key_id in (self.key.split("_")[1], self.key_id):
            revoke_key(dsn, key_id)
        for kept in (self.stack.home / "secrets").glob(f"kobo_{self.partner.replace('-', '_')}_*"):
            revoke_key(dsn, kept.read_text(encoding="utf-8").split("_")[1])
            kept.unlink()
        with psycopg.connect(dsn, autocommit=True) as connection:
            connection.execute("delete from ops.kobo_submissions where form = %s", [self.partner])

    def count(self, table: str) -> int:
        """Rows of this partner in a table of the warehouse database."""
        with psycopg.connect(self.stack.dsn("owner"), autocommit=True) as connection:
            row = connection.execute(f"select count(*) from {table} where partner = %s".encode(), [self.partner])
            return int((row.fetchone() or (0,))[0])


@pytest.fixture(scope="module")
def world(stack: Settings, tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """Everything was sent to three gateways, and what they stored of it has been loaded."""
    world = World(stack, tmp_path_factory.mktemp("gateways"))
    temporary = world.folder / "temporary"
    temporary.mkdir()
    write_form(world.folder / "forms", world.partner, world.partner, world.prefix)
    env = {"TMPDIR": str(temporary), "CORRIDOR_KOBO_FORMS": str(world.folder / "forms")}
    with KoboServer(secrets.token_hex(16)).running() as kobo:
        pull = PlantedPull(stack, kobo, world.folder / "forms", world.partner, world.folder / "pull.log")
        try:
            _plant_everywhere(world, env, pull)
            yield world
        finally:
            world.clear()


def _plant_everywhere(world: World, env: dict[str, str], pull: PlantedPull) -> None:
    stack = world.stack
    world.produced = world.producer.run(Sender(world.identifiers, world.key, world.prefix, "producer"))
    with run_gateway(stack, world.folder / "right", env=env) as gateway:
        world.plant(gateway, "right", pull)
        world.look_at(gateway)
    away = {**env, "CORRIDOR_KAFKA_BOOTSTRAP": f"127.0.0.1:{free_port()}"}
    with run_gateway(stack, world.folder / "without-kafka", env=away) as gateway:
        world.plant(gateway, "without-kafka", pull)
        world.look_at(gateway)
        assert world.broken == 0, "only the gateway that fails answers so"
        world.look("spool", world.stores.files([gateway.folder]))
        gateway.kill()
    with run_gateway(stack, world.folder / "failing", env=env, module="tests.broken_gateway") as gateway:
        world.plant(gateway, "failing", pull)
        world.look_at(gateway)
    # What the spool holds goes the way of everything else.
    with run_gateway(stack, world.folder / "without-kafka", env=env):
        wait_for(lambda: world.count("raw.events") >= world.accepted, 40, "the accepted events to be loaded")
        wait_for(lambda: world.count("raw.rejected_events") >= world.refused, 40, "the refused ones to be loaded")


def test_answers__are_as_expected(world: World) -> None:
    assert world.wrong == [], "\n".join(world.wrong)
    # In each round two created, two corrected, one voided; then also the three that KoboToolbox sent but does not list.
    assert world.pulled == {"right": 5, "without-kafka": 8, "failing": 0}
    assert (world.accepted > 30, world.refused > 100, world.broken > 80) == (True, True, True)


def test_producer__leaves_nothing_on_the_disk_of_the_broker(world: World) -> None:
    assert world.produced > 100
    assert 60 < world.producer.rejected() < world.produced
    world.producer.wait_until_gone(world.search.find)


@pytest.mark.parametrize("store", ["topics", "databases", "files", "write_ahead_log"])
def test_store__holds_none_of_it(world: World, store: str) -> None:
    found = getattr(world.stores, store)()
    seen = []
    for place, content in found:
        # What is very large was made by dbt from what stands in `raw`, or holds the changes of all databases.
        search = world.search.find if len(content) < _LARGE else world.search.find_plain
        seen += [f"{place}: {each}" for each in search(content)]
    assert seen == []


@pytest.mark.parametrize("place", ["process", "answers", "spool"])
def test_passing_place__held_none_of_it(world: World, place: str) -> None:
    assert world.seen[place] == []


def test_search__finds_what_stores_hold(stack: Settings, tmp_path: Path) -> None:
    search, planted, name = Search(("qdecoyxyz",)), "qdecoyxyz", f"scratch.{secrets.token_hex(4)}.decoy"
    stores = Stores(stack, [tmp_path])
    kafka = AdminClient({"bootstrap.servers": stack.kafka_bootstrap})
    kafka.create_topics([NewTopic(name, 1)])[name].result(20)
    try:
        producer = Producer({"bootstrap.servers": stack.kafka_bootstrap})
        for part in ({"key": planted}, {"value": planted.encode("utf-16")}, {"headers": {"who": planted}}):
            producer.produce(name, **part)
            producer.flush(20)
            assert _found(search, stores.topics([name])) == {f"topic {name}[0]"}
            stores = Stores(stack, [tmp_path])
    finally:
        kafka.delete_topics([name])[name].result(20)
    (tmp_path / "some.log").write_bytes(gzip.compress(planted.encode()))
    (tmp_path / f"{planted}.csv").write_bytes(b"")
    assert _found(search, stores.files([tmp_path])) == {str(tmp_path / "some.log"), str(tmp_path / f"{planted}.csv")}
    with tempfile.TemporaryFile(dir=tmp_path) as open_and_deleted:
        open_and_deleted.write(planted.encode())
        open_and_deleted.flush()
        assert len(_found(search, of_process(os.getpid()))) == 1
    with scratch_database(stack) as scratch, psycopg.connect(scratch.dsn("owner"), autocommit=True) as connection:
        for column, value in (("text", planted), ("bytea", planted.encode()), ("jsonb", f'["{planted}"]')):
            connection.execute(f"create table public.decoy_{column} (it {column})".encode())
            connection.execute(f"insert into public.decoy_{column} values (%s)".encode(), [value])
        assert _found(search, stores.databases([scratch.name])) == {
            f"{scratch.name}.public.decoy_{column}" for column in ("text", "bytea", "jsonb")
        }
        wait_for(lambda: _found(search, stores.write_ahead_log()), 5, "the decoy in the log of changes")


def _found(search: Search, found: Found) -> set[str]:
    return {place for place, content in found if search.find(content)}
