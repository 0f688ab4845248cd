"""Kafka, Postgres and gateways of a measurement's own: nothing else runs beside them."""

from __future__ import annotations

import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psycopg

from infra.local.secret_files import make_city_keys, make_secrets
from infra.postgres.logins import make_logins
from infra.postgres.migrate import migrate
from infra.postgres.server import prepare_server, start_command
from infra.settings import Settings
from ingestion import topics
from ingestion.keys import create_key
from tests.faults import OwnBroker, own_broker
from tests.isolation import isolated_settings
from tests.support import wait_for

SOURCE = "urn:corridor:bench:edge"
BARE_TOPIC = "corridor.bench.edge.v1"


@dataclass(frozen=True)
class EdgeStack:
    """`settings` speak to the broker and the database; `key` may send for the programme SIM without limits."""

    settings: Settings
    broker: OwnBroker
    folder: Path
    key: str


@contextmanager
def edge_stack() -> Iterator[EdgeStack]:
    """Made from nothing in a temporary folder, removed at the end."""
    folder = Path(tempfile.mkdtemp(prefix="corridor-edge-"))
    folder.chmod(0o711)
    try:
        with own_broker(isolated_settings(folder / "home", "1024"), folder / "home", proxied=False) as broker:
            settings = broker.settings
            make_secrets(settings)
            make_city_keys(settings)
            topics.apply(settings.kafka_bootstrap, (topics.Topic(BARE_TOPIC, 4, topics.DAY_MS, "bench", "UNUSED"),))
            with _postgres(settings):
                key = create_key(
                    settings.dsn("owner"),
                    programme="SIM",
                    partner="bench",
                    source_prefix=SOURCE,
                    requests_per_second=1e9,
                    events_per_second=1e9,
                )
                yield EdgeStack(settings, broker, folder, key)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def _postgres(settings: Settings) -> Iterator[None]:
    place = prepare_server(settings)
    with (settings.home / "logs" / "postgres.log").open("wb") as log:
        server = subprocess.Popen(
            start_command(place), stdout=log, stderr=log, cwd="/", env={"PATH": "/usr/bin:/bin"}, **place.identity
        )

    def answers() -> bool:
        assert server.poll() is None, f"Postgres ended: see {settings.home}/logs/postgres.log"
        try:
            psycopg.connect(settings.admin_dsn(), connect_timeout=2).close()
        except psycopg.OperationalError:
            return False
        return True

    try:
        wait_for(answers, 60, "Postgres")
        make_logins(settings)
        migrate(settings)
        yield
    finally:
        server.terminate()
        server.wait(30)
        if place.sheltered:
            shutil.rmtree(place.data.parent, ignore_errors=True)
