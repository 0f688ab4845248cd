"""What a machine must have before anything is started; each failure is one sentence that says what to do."""

from __future__ import annotations

import shutil
import socket
import sys
from pathlib import Path

from infra.local.environments import NAMES, is_current
from infra.local.problems import Problem
from infra.local.supervisor import Supervisor
from infra.settings import PORTS, REPO, Settings

PYTHONS = ((3, 11), (3, 12))
GIB = 1024**3
MEMORY_NEEDED = 3.5 * GIB
DISK_FOR_ENVIRONMENTS = 4 * GIB
DISK_FOR_DATA = 2 * GIB


def check_python(version: tuple[int, ...] = tuple(sys.version_info[:2])) -> None:
    """The environments are locked for Python 3.11 and 3.12."""
    if tuple(version[:2]) not in PYTHONS:
        raise Problem(
            f"This is Python {version[0]}.{version[1]} and Corridor needs 3.11 or 3.12: install one of them, "
            "or name it, for example `make up PYTHON=python3.12`."
        )


def check_memory(available: int | None = None) -> None:
    """Bytes that can be used without swapping; a running stack has its memory already, so only a new one is checked."""
    free = _available_memory() if available is None else available
    if free is not None and free < MEMORY_NEEDED:
        raise Problem(
            f"Only {free / GIB:.1f} GB of memory are available and a stack needs {MEMORY_NEEDED / GIB:.1f} GB: "
            "close other programs (`make down` of another stack frees about 3 GB), then run `make up` again."
        )


def check_disk(settings: Settings, free_bytes: int | None = None) -> None:
    """Room for the environments, if they have to be made, and for the data."""
    needed = DISK_FOR_DATA + (0 if all(is_current(name) for name in NAMES) else DISK_FOR_ENVIRONMENTS)
    for folder in {_existing(settings.home), REPO}:
        free = shutil.disk_usage(folder).free if free_bytes is None else free_bytes
        if free < needed:
            raise Problem(
                f"Only {free / GIB:.1f} GB of disk are free at {folder} and {needed / GIB:.0f} GB are needed: "
                "free some, or set CORRIDOR_HOME to a folder on a larger disk."
            )


def check_ports(settings: Settings) -> None:
    """The ports of services that are not running yet must be free."""
    running = {name for name, info in Supervisor(settings).processes().items() if info["pid"]}
    supervisor_runs = Supervisor(settings).pid() is not None
    for name in PORTS:
        owner = {"airflow": "airflow-api", "kafka_controller": "kafka", "kafka_partners": "kafka"}.get(name, name)
        external = (owner == "kafka" and not settings.kafka_is_embedded) or (
            owner == "postgres" and not settings.postgres_is_embedded
        )
        if owner in running or external or (name == "supervisor" and supervisor_runs):
            continue
        if not _is_free(settings.port(name)):
            raise Problem(
                f"Port {settings.port(name)} (for {name}) is taken by another program: end that program, "
                "or move all ports with CORRIDOR_PORT_BASE, for example `make up CORRIDOR_PORT_BASE=19000`."
            )


def _is_free(port: int) -> bool:
    with socket.socket() as tried:
        # As servers do it: a port whose last connections are only fading away is free.
        tried.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            tried.bind(("127.0.0.1", port))
            tried.listen(1)
        except OSError:
            return False
    return True


def _available_memory() -> int | None:
    try:
        lines = Path("/proc/meminfo").read_text(encoding="ascii").splitlines()
    except OSError:
        return None
    fields = dict(line.split(":", 1) for line in lines)
    return int(fields["MemAvailable"].split()[0]) * 1024


def _existing(path: Path) -> Path:
    return path if path.exists() else _existing(path.parent)
