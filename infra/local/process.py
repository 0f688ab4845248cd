"""Runs a command of the bootstrap: output to a log file, ended together with us."""

from __future__ import annotations

import os
import subprocess
import threading
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from infra.local.problems import Problem

_running: set[subprocess.Popen[bytes]] = set()
_guard = threading.Lock()


def run_logged(
    command: Sequence[object],
    log: Path,
    env: Mapping[str, str] | None = None,
    what: str | None = None,
    cwd: Path | str | None = None,
    identity: Mapping[str, Any] | None = None,
) -> None:
    """Run `command` with its output in `log`; raise Problem with the log's last lines if it fails.

    `identity` holds Popen's user, group and extra_groups for a command of another user.
    """
    log.parent.mkdir(parents=True, exist_ok=True)
    with open(log, "wb") as output:
        process = subprocess.Popen(
            [str(part) for part in command],
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            env=dict(env) if env is not None else clean_environment(),
            cwd=cwd,
            **(identity or {}),
        )
        with _guard:
            _running.add(process)
        try:
            code = process.wait()
        finally:
            _end(process)
    if code:
        name = what or Path(str(command[0])).name
        raise Problem(f"{name} failed with exit code {code}; its last words: {last_words(log)!r} (all of it: {log}).")


def end_all() -> None:
    """End every command that is still running, because the bootstrap is being interrupted."""
    with _guard:
        left = list(_running)
    for process in left:
        _end(process)


def clean_environment() -> dict[str, str]:
    """Our environment without what would slow or mislead a child Python."""
    unwanted = {"PYTHONDONTWRITEBYTECODE", "PYTHONHOME", "PYTHONPATH", "VIRTUAL_ENV", "PIP_REQUIRE_VIRTUALENV"}
    return {name: value for name, value in os.environ.items() if name not in unwanted}


def _end(process: subprocess.Popen[bytes]) -> None:
    with _guard:
        _running.discard(process)
    if process.poll() is None:
        process.terminate()
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def last_words(log: Path, size: int = 600) -> str:
    """The last lines of a log in one line, to stand in a message."""
    if not log.exists():
        return ""
    text = log.read_bytes()[-size:].decode("utf-8", "replace")
    return " / ".join(line.strip() for line in text.splitlines()[-5:] if line.strip())
