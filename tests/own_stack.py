"""Kafka, Postgres and what a test starts beside them, in a temporary folder: nothing of another stack is touched."""

from __future__ import annotations

import shutil
import signal
import subprocess
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

import psycopg

from infra.local.secret_files import make_city_keys, make_secrets
from infra.postgres.logins import make_logins
from infra.postgres.migrate import migrate
from infra.postgres.place import Place
from infra.postgres.server import prepare_server, start_command
from infra.settings import Settings
from tests.faults import OwnBroker, Proxy, own_broker
from tests.gateways import free_port
from tests.isolation import isolated_settings
from tests.support import wait_for


@dataclass
class OwnPostgres:
    """A Postgres server that can die, hang and come back."""

    settings: Settings
    place: Place
    process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start the process and return when it answers; after a crash its children may need a moment to go."""
        wait_for(self._started, 60, f"Postgres (see {self._log})")

    def kill(self) -> None:
        """End it as a crash would: the children see it and end themselves."""
        if self.process is not None:
            self.process.kill()
            self.process.wait()
            self.process = None

    def pause(self) -> None:
        """The postmaster hangs: no new connection is answered; those that are open go on."""
        self._signal(signal.SIGSTOP)

    def resume(self) -> None:
        """It goes on."""
        self._signal(signal.SIGCONT)

    def stop(self) -> None:
        """End it and remove what lies outside the folder."""
        if self.process is not None:
            self.process.send_signal(signal.SIGINT)
            self.process.wait(30)
            self.process = None
        if self.place.sheltered:
            shutil.rmtree(self.place.data.parent, ignore_errors=True)

    @property
    def _log(self) -> Path:
        return self.settings.home / "logs" / "postgres.log"

    def _signal(self, number: int) -> None:
        assert self.process is not None
        self.process.send_signal(number)

    def _started(self) -> bool:
        if self.process is None or self.process.poll() is not None:
            with self._log.open("ab") as log:
                self.process = subprocess.Popen(
                    start_command(self.place),
                    stdout=log,
                    stderr=log,
                    cwd="/",
                    env={"PATH": "/usr/bin:/bin"},
                    **self.place.identity,
                )
        try:
            psycopg.connect(self.settings.admin_dsn(), connect_timeout=2).close()
        except psycopg.OperationalError:
            return False
        return True


@dataclass(frozen=True)
class OwnStack:
    """`settings` speak to both servers directly; those of `through(client)` by the links of this client."""

    settings: Settings
    broker: OwnBroker
    postgres: OwnPostgres
    folder: Path
    #: By (client, "kafka" or "postgres").
    links: dict[tuple[str, str], Proxy] = field(default_factory=dict)

    def through(self, client: str) -> Settings:
        """The settings of a process whose network can fail alone."""
        kafka, postgres = self.links[client, "kafka"].port, self.links[client, "postgres"].port
        admin = f"postgresql://postgres:{self.settings.secret('pg_postgres')}@127.0.0.1:{postgres}/postgres"
        env = {
            **self.settings.env,
            "CORRIDOR_KAFKA_BOOTSTRAP": f"127.0.0.1:{kafka}",
            "CORRIDOR_POSTGRES_ADMIN_URL": admin,
        }
        return replace(self.settings, env=env)

    def environment(self, client: str | None = None) -> dict[str, str]:
        """For a process of its own."""
        settings = self.settings if client is None else self.through(client)
        place = {"CORRIDOR_HOME": str(settings.home), "CORRIDOR_PORT_BASE": str(settings.port_base)}
        return {**settings.env, **place}


@contextmanager
def own_stack(clients: Sequence[str] = ()) -> Iterator[OwnStack]:
    """Made from nothing, removed at the end. Each of `clients` gets links of its own to Kafka and to Postgres."""
    folder = Path(tempfile.mkdtemp(prefix="corridor-own-"))
    folder.chmod(0o711)
    with ExitStack() as closing:
        closing.callback(shutil.rmtree, folder, ignore_errors=True)
        links = {(client, server): Proxy(0) for client in clients for server in ("kafka", "postgres")}
        for link in links.values():
            link.start()
            closing.callback(link.close)
        listeners = {client.upper(): (free_port(), links[client, "kafka"].port) for client in clients}
        home = folder / "home"
        broker = closing.enter_context(
            own_broker(isolated_settings(home, "1024"), home, proxied=False, listeners=listeners)
        )
        settings = broker.settings
        make_secrets(settings)
        make_city_keys(settings)
        postgres = OwnPostgres(settings, prepare_server(settings))
        closing.callback(postgres.stop)
        postgres.start()
        make_logins(settings)
        migrate(settings)
        for client in clients:
            links[client, "kafka"].target = listeners[client.upper()][0]
            links[client, "postgres"].target = settings.port("postgres")
        yield OwnStack(settings, broker, postgres, folder, links)
