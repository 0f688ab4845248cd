"""Ends what a killed supervisor left behind.

Its services are known by the session that it had opened for them, and by CORRIDOR_HOME in their environment; each alone
misses some (Postgres opens sessions of its own, Airflow writes over its environment).
"""

from __future__ import annotations

import os
import signal
import time
from pathlib import Path

from infra.local.files import read_or_none, write_whole
from infra.local.folders import run_folder
from infra.settings import Settings

_PROC = Path("/proc")


def remember_session(settings: Settings, leader: int) -> None:
    """Note the session of a supervisor that was started, with the boot in which its number means something."""
    write_whole(run_folder(settings) / "session", f"{_boot()} {leader}\n")


def end_orphans(settings: Settings, seconds: float = 12) -> int:
    """End supervised processes of this stack that have no supervisor any more; return how many there were.

    Call it only when the supervisor does not answer.
    """
    found = _find(settings)
    stores = {pid for pid in found if _name(pid) in ("postgres", "java")}
    # The stores last, as in an orderly end: Airflow waits for ever for a database that has gone.
    for group in (found - stores, stores):
        _end(group, found, seconds)
    return len(found)


def _end(group: set[int], found: set[int], seconds: float) -> None:
    for pid in group:
        stat = _stat(pid)
        # The first of a family ends its children itself; told one by one, some would wait for each other.
        if stat and int(stat[1]) not in found:
            _send(pid, signal.SIGINT if _name(pid) == "postgres" else signal.SIGTERM)
    deadline = time.monotonic() + seconds
    while any(_stat(pid) for pid in group) and time.monotonic() < deadline:
        time.sleep(0.1)
    for pid in group:
        if _stat(pid):
            _send(pid, signal.SIGKILL)


def _find(settings: Settings) -> set[int]:
    configuration = str(run_folder(settings) / "supervisord.conf").encode()
    home = f"CORRIDOR_HOME={settings.home}".encode()
    session = _orphaned_session(settings)
    found = set()
    for pid in [int(folder.name) for folder in _PROC.iterdir() if folder.name.isdigit()]:
        stat = _stat(pid)
        if not stat or pid == os.getpid():
            continue
        environment, command = _read(pid, "environ"), _read(pid, "cmdline")
        supervised = home in environment and any(each.startswith(b"SUPERVISOR_PROCESS_NAME=") for each in environment)
        supervisor = configuration in command and b"supervisor.supervisord" in command
        if supervised or supervisor or int(stat[3]) == session:
            found.add(pid)
    return found


def _orphaned_session(settings: Settings) -> int | None:
    """The session of this stack's last supervisor, if the supervisor is gone and the machine was not booted since."""
    boot, _, leader = (read_or_none(run_folder(settings) / "session") or "").partition(" ")
    # While members of a session live, its number is given to no new process: a living leader means another session.
    return int(leader) if boot == _boot() and leader.isdigit() and not _stat(int(leader)) else None


def _stat(pid: int) -> list[str]:
    """Fields of /proc/<pid>/stat from the state on: state, parent, group, session; empty if gone or a zombie."""
    try:
        fields = (_PROC / str(pid) / "stat").read_text(encoding="utf-8", errors="replace").rsplit(")", 1)[1].split()
    except OSError:
        return []
    return [] if fields[0] == "Z" else fields


def _name(pid: int) -> str:
    return read_or_none(_PROC / str(pid) / "comm") or ""


def _read(pid: int, name: str) -> list[bytes]:
    try:
        return (_PROC / str(pid) / name).read_bytes().split(b"\0")
    except OSError:
        return []


def _boot() -> str:
    return read_or_none(_PROC / "sys" / "kernel" / "random" / "boot_id") or "unknown"


def _send(pid: int, number: signal.Signals) -> None:
    try:
        os.kill(pid, number)
    except (ProcessLookupError, PermissionError):
        return
