"""`corridor contracts`: what a contract's author is told."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from infra.cli.contracts import app
from infra.local.problems import Problem
from ingestion.contracts import release
from ingestion.contracts.generate import files
from ingestion.contracts.registry import contracts


@pytest.fixture
def last_release(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A release of its own, which says what the contracts say now."""
    path = tmp_path / "released.json"
    path.write_text(release.release_text(contracts()), encoding="utf-8")
    monkeypatch.setattr(release, "RELEASED", path)
    return path


@pytest.fixture
def one_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The only generated file."""
    path = tmp_path / "made.sql"
    monkeypatch.setattr("ingestion.contracts.generate.staging_models.FOLDER", tmp_path)
    monkeypatch.setattr("infra.settings.REPO", tmp_path)
    monkeypatch.setattr(files, "generated_files", lambda known: {path: "select 1\n"})
    return path


def test_diff__says_that_nothing_changed(last_release: Path) -> None:
    shown = CliRunner().invoke(app, ["diff"])
    assert (shown.exit_code, shown.output) == (0, "Nothing changed since the last release.\n")


def test_write_then_check(last_release: Path, one_file: Path) -> None:
    with pytest.raises(Problem, match=r"made\.sql is not current: run `corridor contracts write`\."):
        CliRunner().invoke(app, ["check"], catch_exceptions=False)
    assert "wrote made.sql" in CliRunner().invoke(app, ["write"]).output
    assert one_file.read_text() == "select 1\n"
    shown = CliRunner().invoke(app, ["check"])
    assert shown.exit_code == 0, shown.output
    assert "are current" in shown.output
    assert CliRunner().invoke(app, ["write"]).output == ""


def test_breaking_change__is_refused_with_the_way_out(last_release: Path, one_file: Path) -> None:
    before = json.loads(last_release.read_text())
    before["types"]["arrival.counted.v1"]["properties"]["direction"]["enum"].append("through")
    last_release.write_text(json.dumps(before))
    CliRunner().invoke(app, ["write"])
    shown = CliRunner().invoke(app, ["diff"])
    assert shown.exit_code == 1
    assert "BREAKING: arrival.counted.v1 /direction: the values through are refused now." in shown.output
    for command in ("check", "release"):
        with pytest.raises(Problem, match=r"make the change in ingestion/contracts/arrival\.counted/v2"):
            CliRunner().invoke(app, [command], catch_exceptions=False)
