"""`corridor spool` reads the file of a gateway that runs or is dead, and changes nothing."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from infra.cli.app import build
from ingestion.gateway.spool_file import NAME, SpoolFile

RUNNER = CliRunner()


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("CORRIDOR_HOME", str(tmp_path))
    monkeypatch.setenv("CORRIDOR_GATEWAY_FOLDER", str(tmp_path / "own"))
    monkeypatch.setenv("CORRIDOR_GATEWAY_URL", "http://127.0.0.1:1")
    return tmp_path / "own" / "spool"


def test_no_file__nothing_waits(home: Path) -> None:
    result = RUNNER.invoke(build("spool"), ["spool"])
    assert result.exit_code == 0
    assert "none: Kafka has everything" in result.output
    assert "gateway   does not answer" in result.output
    assert not home.exists()


@pytest.mark.parametrize("running", [True, False])
def test_events_wait__they_are_counted(home: Path, running: bool) -> None:
    file = SpoolFile(home, 0)
    file.append([(2, b"x" * 2**20), (3, b"y" * 2**20)])
    file.put_aside(b"z", "refused")
    if not running:
        file.close()
    result = RUNNER.invoke(build("spool"), ["spool"])
    assert result.exit_code == 1
    assert "waiting   5 events, 2.0 MB, the oldest for 0:00:0" in result.output
    assert "put aside 1 records" in result.output
    document = json.loads(RUNNER.invoke(build("spool"), ["spool", "--json"]).output)
    assert (document["events"], document["bytes"], document["put_aside"]) == (5, 2 * 2**20, 1)
    assert len(file.read(0, 2**30)) == 2
    file.close()


def test_damaged_file__one_sentence(home: Path) -> None:
    from infra.local.problems import Problem

    home.mkdir(parents=True)
    (home / NAME).write_bytes(b"no database at all" * 1000)
    result = RUNNER.invoke(build("spool"), ["spool"])
    assert isinstance(result.exception, Problem)
    assert "cannot be read" in str(result.exception)
