"""What a gateway answered for outlives it, whatever ends it."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

from infra.settings import REPO
from ingestion.gateway import acknowledged
from ingestion.gateway.acknowledged import Acknowledged

_COUNT_AND_DIE = """
import os, signal, sys
from pathlib import Path
from ingestion.gateway.acknowledged import Acknowledged
counts = Acknowledged(Path(sys.argv[1]))
for _ in range(500):
    counts.add("adama", 10, 1, 2)
os.kill(os.getpid(), signal.SIGKILL)
"""


def test_kill_9__loses_no_count(tmp_path: Path) -> None:
    ended = subprocess.run([sys.executable, "-c", _COUNT_AND_DIE, str(tmp_path)], cwd=REPO, check=False)
    assert ended.returncode == -signal.SIGKILL
    again = Acknowledged(tmp_path)
    assert again.totals() == {"adama": (5000, 500, 1000)}
    again.add("arua", 1, 0, 0)
    again.add("adama", 1, 0, 0)
    assert again.totals() == {"adama": (5001, 500, 1000), "arua": (1, 0, 0)}


def test_restart__goes_on_under_the_same_name(tmp_path: Path) -> None:
    first = Acknowledged(tmp_path)
    name, since = first.gateway, first.since
    first.close()
    second = Acknowledged(tmp_path)
    assert (second.gateway, second.since) == (name, since)


def test_second_process__counts_in_a_file_of_its_own(tmp_path: Path) -> None:
    first, second = Acknowledged(tmp_path), Acknowledged(tmp_path)
    first.add("adama", 1, 0, 0)
    second.add("adama", 5, 0, 0)
    assert first.gateway != second.gateway
    assert (first.totals(), second.totals()) == ({"adama": (1, 0, 0)}, {"adama": (5, 0, 0)})


def test_no_folder__counts_in_memory(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    counts = Acknowledged(tmp_path / "file" / "below")
    counts.add("adama", 1, 0, 0)
    assert counts.totals() == {"adama": (1, 0, 0)}


def test_more_partners_than_slots__are_counted_together(tmp_path: Path) -> None:
    counts = Acknowledged(tmp_path)
    for number in range(acknowledged.SLOTS + 5):
        counts.add(f"partner-{number}", 1, 0, 0)
    totals = counts.totals()
    assert len(totals) == acknowledged.SLOTS
    assert totals[""] == (6, 0, 0)
    counts.close()
    assert Acknowledged(tmp_path).totals() == totals


def test_file__is_for_its_owner_only(tmp_path: Path) -> None:
    counts = Acknowledged(tmp_path)
    (file,) = tmp_path.iterdir()
    assert os.stat(file).st_mode & 0o777 == 0o600
    counts.close()
