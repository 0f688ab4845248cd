"""What a killed supervisor leaves behind is found by its session, and nothing else is."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from infra.local.folders import make_folders
from infra.local.orphans import end_orphans, remember_session
from infra.settings import Settings

# A leader that starts a child in its session, says the child's number and waits.
_LEADER = """
import subprocess, sys
child = subprocess.Popen([sys.executable, "-c", "import signal; signal.pause()"])
print(child.pid, flush=True)
child.wait()
"""


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    settings = Settings(home=tmp_path / "home", port_base=18000, env={})
    make_folders(settings)
    return settings


@pytest.fixture
def session() -> Iterator[tuple[subprocess.Popen[str], int]]:
    leader = subprocess.Popen(
        [sys.executable, "-c", _LEADER], stdout=subprocess.PIPE, text=True, start_new_session=True
    )
    assert leader.stdout is not None
    child = int(leader.stdout.readline())
    yield leader, child
    for pid in (child, leader.pid):
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
    leader.wait()


def lives(pid: int) -> bool:
    path = Path(f"/proc/{pid}/stat")
    return path.exists() and path.read_text().rsplit(")", 1)[1].split()[0] != "Z"


def test_the_services_of_a_killed_supervisor_are_ended(
    settings: Settings, session: tuple[subprocess.Popen[str], int]
) -> None:
    leader, child = session
    remember_session(settings, leader.pid)
    leader.send_signal(signal.SIGKILL)
    leader.wait()
    assert lives(child)
    assert end_orphans(settings) == 1
    assert not lives(child)


def test_a_session_whose_leader_lives_is_left_alone(
    settings: Settings, session: tuple[subprocess.Popen[str], int]
) -> None:
    leader, child = session
    remember_session(settings, leader.pid)
    assert end_orphans(settings) == 0
    assert lives(child)


def test_a_number_from_before_the_last_boot_means_nothing(
    settings: Settings, session: tuple[subprocess.Popen[str], int]
) -> None:
    leader, child = session
    (settings.home / "run" / "session").write_text(f"another-boot {leader.pid}\n")
    leader.send_signal(signal.SIGKILL)
    leader.wait()
    assert end_orphans(settings) == 0
    assert lives(child)
