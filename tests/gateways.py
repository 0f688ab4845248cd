"""A gateway of a test's own: its own port and folder, the running stack's Kafka and Postgres unless told otherwise."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx

from infra.settings import REPO, Settings
from tests.support import wait_for


@dataclass
class RunningGateway:
    """A gateway process; `folder` holds its copy of the keys, its spool and its log."""

    url: str
    folder: Path
    process: subprocess.Popen[bytes]

    @property
    def pid(self) -> int:
        """Process id, for measuring and killing."""
        return self.process.pid

    def kill(self) -> None:
        """End it as a crash would."""
        self.process.send_signal(signal.SIGKILL)
        self.process.wait(timeout=10)

    def log(self) -> str:
        """What it wrote so far."""
        return (self.folder / "gateway.log").read_text(encoding="utf-8", errors="replace")


def free_port() -> int:
    """A port of 127.0.0.1 that nobody listens on."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        return int(server.getsockname()[1])


@contextmanager
def run_gateway(
    settings: Settings,
    folder: Path,
    *,
    port: int | None = None,
    env: Mapping[str, str] | None = None,
    module: str = "ingestion.gateway",
) -> Iterator[RunningGateway]:
    """Start a gateway that keeps its files in `folder`, wait until it answers, and stop it at the end."""
    gateway = start_gateway(settings, folder, port=port, env=env, module=module)
    try:
        yield gateway
    finally:
        stop_gateway(gateway)


def start_gateway(
    settings: Settings,
    folder: Path,
    *,
    port: int | None = None,
    env: Mapping[str, str] | None = None,
    module: str = "ingestion.gateway",
) -> RunningGateway:
    """As `run_gateway`, for a test that starts and kills one itself; end it with `stop_gateway`."""
    port = port or free_port()
    folder.mkdir(parents=True, exist_ok=True)
    variables = {
        **os.environ,
        **settings.env,
        "CORRIDOR_HOME": str(settings.home),
        "CORRIDOR_PORT_BASE": str(settings.port_base),
        "CORRIDOR_GATEWAY_PORT": str(port),
        "CORRIDOR_GATEWAY_FOLDER": str(folder),
        **(env or {}),
    }
    with (folder / "gateway.log").open("ab") as log:
        process = subprocess.Popen([sys.executable, "-m", module], cwd=REPO, env=variables, stdout=log, stderr=log)
    gateway = RunningGateway(f"http://127.0.0.1:{port}", folder, process)

    def answers() -> bool:
        assert process.poll() is None, f"the gateway ended: {gateway.log()[-2000:]}"
        try:
            return httpx.get(f"{gateway.url}/v1/health/live", timeout=2).status_code == 200
        except httpx.TransportError:
            return False

    try:
        wait_for(answers, 60, f"the gateway on port {port} to answer")
    except BaseException:
        stop_gateway(gateway)
        raise
    return gateway


def stop_gateway(gateway: RunningGateway) -> None:
    """End the process, politely first. Safe to call twice."""
    if gateway.process.poll() is None:
        gateway.process.terminate()
        try:
            gateway.process.wait(timeout=30)
        except subprocess.TimeoutExpired:
            gateway.kill()
