"""Real faults: a Kafka broker of a test's own that can hang, die and come back, and a network that fails before it."""

from __future__ import annotations

import asyncio
import logging
import os
import signal
import socket
import subprocess
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Literal

from confluent_kafka import KafkaException
from confluent_kafka.admin import AdminClient

from infra.kafka.broker import prepare_broker, start_command
from infra.kafka.jars import fetch_jars
from infra.local.folders import make_folders, run_folder
from infra.local.process import clean_environment
from infra.settings import Settings
from ingestion import topics
from tests.support import wait_for

#: What librdkafka says of a broker that is only just rising.
_QUIET = logging.getLogger("corridor.tests.faults")
_QUIET.setLevel(logging.CRITICAL)

Mode = Literal["pass", "refuse", "blackhole", "slow"]


class Proxy:
    """Stands between a client and `target` on 127.0.0.1; runs in a thread of its own.

    `mode` may change at any time: `refuse` closes every connection, `blackhole` takes what is sent and passes
    nothing on, `slow` passes everything on after `delay` seconds.
    """

    def __init__(self, target: int) -> None:
        self.target = target
        self.mode: Mode = "pass"
        self.delay = 0.0
        self.port = 0
        self._writers: set[asyncio.StreamWriter] = set()
        self._loop = asyncio.new_event_loop()
        self._started = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)

    def start(self) -> None:
        """Listen; `port` is known when this returns."""
        self._thread.start()
        self._started.wait(10)

    def set(self, mode: Mode, delay: float = 0.0) -> None:
        """Change what happens to the traffic, open connections included."""
        self.mode, self.delay = mode, delay
        if mode == "refuse":
            self._loop.call_soon_threadsafe(self._cut)

    def close(self) -> None:
        """Cut all connections and end the thread."""
        self._loop.call_soon_threadsafe(self._cut)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(10)

    def _run(self) -> None:
        server = self._loop.run_until_complete(asyncio.start_server(self._serve, "127.0.0.1", 0))
        self.port = server.sockets[0].getsockname()[1]
        self._started.set()
        self._loop.run_forever()
        for task in asyncio.all_tasks(self._loop):
            task.cancel()
        self._loop.run_until_complete(asyncio.sleep(0))
        server.close()
        self._loop.close()

    def _cut(self) -> None:
        for writer in self._writers:
            writer.transport.abort()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if self.mode == "refuse":
            writer.transport.abort()
            return
        try:
            far_reader, far_writer = await asyncio.open_connection("127.0.0.1", self.target)
        except OSError:
            writer.transport.abort()
            return
        pair = {writer, far_writer}
        self._writers |= pair
        try:
            with suppress(asyncio.CancelledError):
                await asyncio.gather(self._pump(reader, far_writer), self._pump(far_reader, writer))
        finally:
            self._writers -= pair

    async def _pump(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(OSError):
            while data := await reader.read(65536):
                while self.mode == "blackhole":
                    await asyncio.sleep(0.02)
                if self.mode == "slow":
                    await asyncio.sleep(self.delay)
                writer.write(data)
                await writer.drain()
        writer.transport.abort()


@dataclass
class OwnBroker:
    """A Kafka broker with the platform's topics. `bootstrap` leads through `proxy`, and so do all its answers."""

    #: Home and ports of the broker; `settings.kafka_bootstrap` leads past the proxy, for the first contact only.
    settings: Settings
    proxy: Proxy
    process: subprocess.Popen[bytes] | None = None
    _log: Path = field(default=Path(os.devnull))

    @property
    def bootstrap(self) -> str:
        """Address for clients, through the proxy."""
        return f"127.0.0.1:{self.proxy.port}"

    def start(self) -> None:
        """Start the process and return when it answers."""
        with self._log.open("ab") as log:
            self.process = subprocess.Popen(
                start_command(self.settings), env=clean_environment(), stdout=log, stderr=log
            )
        wait_for(self._answers, 60, f"the broker (see {self._log})")

    def kill(self) -> None:
        """End it as a crash would."""
        if self.process is not None:
            self.process.kill()
            self.process.wait()
            self.process = None

    def pause(self) -> None:
        """It hangs: connections stay, nothing is answered."""
        assert self.process is not None
        self.process.send_signal(signal.SIGSTOP)

    def resume(self) -> None:
        """It goes on."""
        assert self.process is not None
        self.process.send_signal(signal.SIGCONT)

    def _answers(self) -> bool:
        assert self.process is not None
        assert self.process.poll() is None, f"the broker ended: see {self._log}"
        admin = AdminClient({"bootstrap.servers": f"127.0.0.1:{self.settings.port('kafka')}"}, logger=_QUIET)
        try:
            return bool(admin.list_topics(timeout=2).brokers)
        except KafkaException:
            return False


@contextmanager
def own_broker(
    stack: Settings,
    folder: Path,
    *,
    proxied: bool = True,
    listeners: Mapping[str, tuple[int, int]] | None = None,
) -> Iterator[OwnBroker]:
    """A broker in `folder` with the jars of `stack`, killed at the end; `proxied=False`: nothing stands before it.

    `listeners`: further plain listeners by their name in capitals, each with its port and the port that it gives out.
    """
    settings = replace(stack, home=folder, port_base=_free_base(), env={**stack.env, "CORRIDOR_KAFKA_BOOTSTRAP": ""})
    make_folders(settings)
    fetch_jars(settings)
    prepare_broker(settings)
    proxy = Proxy(settings.port("kafka"))
    proxy.start()
    if proxied:
        properties = run_folder(settings) / "kafka.properties"
        text = properties.read_text(encoding="utf-8")
        direct = f"advertised.listeners=PLAINTEXT://127.0.0.1:{settings.port('kafka')}"
        assert direct in text
        properties.write_text(text.replace(direct, f"advertised.listeners=PLAINTEXT://127.0.0.1:{proxy.port}"))
    if listeners:
        _add_listeners(run_folder(settings) / "kafka.properties", listeners)
    broker = OwnBroker(settings, proxy, _log=folder / "logs" / "kafka.log")
    try:
        broker.start()
        topics.apply(f"127.0.0.1:{settings.port('kafka')}", env={})
        yield broker
    finally:
        broker.kill()
        proxy.close()


def _add_listeners(properties: Path, listeners: Mapping[str, tuple[int, int]]) -> None:
    added = {
        "listeners": [f"{name}://127.0.0.1:{port}" for name, (port, _) in listeners.items()],
        "advertised.listeners": [f"{name}://127.0.0.1:{told}" for name, (_, told) in listeners.items()],
        "listener.security.protocol.map": [f"{name}:PLAINTEXT" for name in listeners],
    }
    lines = properties.read_text(encoding="utf-8").splitlines()
    for number, line in enumerate(lines):
        more = added.pop(line.partition("=")[0], None)
        if more:
            lines[number] = ",".join([line, *more])
    assert not added, f"{properties} does not name {', '.join(added)}"
    properties.write_text("\n".join([*lines, ""]), encoding="utf-8")


@contextmanager
def silent_address() -> Iterator[str]:
    """An address that takes connections and never says a word."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield f"127.0.0.1:{server.getsockname()[1]}"


def _free_base() -> int:
    """A port base of which the ports of a broker (of partners too) and a Postgres are free."""
    while True:
        with socket.create_server(("127.0.0.1", 0)) as first:
            base = first.getsockname()[1] - 1
            others = (socket.create_server(("127.0.0.1", base + n)) for n in (2, 3, 7))
            with suppress(OSError), next(others), next(others), next(others):
                return base
