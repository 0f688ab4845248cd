"""Files that may name people are readable by their owner only."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest
import typer

from dbt_project.run import _common
from infra.cli import send
from infra.cli.simulate import command as simulate
from infra.local.files import open_private
from infra.settings import Settings


def _mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_open_private__narrows_a_file_that_was_there(tmp_path: Path) -> None:
    path = tmp_path / "lines"
    path.write_text("old", encoding="utf-8")
    path.chmod(0o644)
    with open_private(path) as file:
        file.write("new")
    assert (path.read_text(encoding="utf-8"), _mode(path)) == ("new", 0o600)


def test_simulation__writes_private_files(tmp_path: Path) -> None:
    out = tmp_path / "made"
    simulate(days=2, seed=4, events=100, cities="JINJA", out=out, send=False)
    assert _mode(out) == 0o700
    written = {path.name: _mode(path) for path in out.glob("*.jsonl")}
    assert written == dict.fromkeys(("events.jsonl", "refusals.jsonl", "truth.jsonl"), 0o600)


def test_receipts__are_private(tmp_path: Path) -> None:
    events, receipts = tmp_path / "events.jsonl", tmp_path / "receipts.jsonl"
    events.write_text("not json\n", encoding="utf-8")
    with pytest.raises(typer.Exit):
        send.command(events, key="k", url="http://127.0.0.1:1", receipts=receipts)
    assert _mode(receipts) == 0o600


def test_dbt_folder__is_private(tmp_path: Path) -> None:
    _common(Settings.load({"CORRIDOR_HOME": str(tmp_path)}))
    assert _mode(tmp_path / "dbt") == 0o700
