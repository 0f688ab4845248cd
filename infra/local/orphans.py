"""Ends what a killed supervisor left behind: processes that carry this stack's CORRIDOR_HOME in their environment."""

from __future__ import annotations

import os
import signal
import time
from pathlib import Path

from infra.local.folders import run_folder
from infra.settings import Settings


def end_orphans(settings: Settings, seconds: float = 30) -> int:
    """End supervised processes of this stack that have no supervisor any more; return how many there were.

    Call it only when the supervisor does not answer.
    """
    found = _find(settings)
    for pid, name in found.items():
        _send(pid, signal.SIGINT if name == "postgres" else signal.SIGTERM)
    deadline = time.monotonic() + seconds
    while any(_lives(pid) for pid in found) and time.monotonic() < deadline:
        time.sleep(0.1)
    for pid in found:
        if _lives(pid):
            _send(pid, signal.SIGKILL)
    return len(found)


def _find(settings: Settings) -> dict[int, str]:
    configuration = str(run_folder(settings) / "supervisord.conf").encode()
    home = f"CORRIDOR_HOME={settings.home}".encode()
    found = {}
    for folder in Path("/proc").iterdir():
        if not folder.name.isdigit() or int(folder.name) == os.getpid():
            continue
        try:
            environment = (folder / "environ").read_bytes().split(b"\0")
            command = (folder / "cmdline").read_bytes().split(b"\0")
        except OSError:
            continue
        name = next((each[24:] for each in environment if each.startswith(b"SUPERVISOR_PROCESS_NAME=")), b"")
        supervised = home in environment and name
        if supervised or (configuration in command and b"supervisor.supervisord" in command):
            found[int(folder.name)] = name.decode()[:40]
    return found


def _send(pid: int, number: signal.Signals) -> None:
    try:
        os.kill(pid, number)
    except (ProcessLookupError, PermissionError):
        return


def _lives(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rsplit(")", 1)[1].split()[0] != "Z"
    except OSError:
        return False
