"""The command `corridor`: what its help lists, and that a call loads no other command."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

from infra.cli.app import COMMANDS, build
from infra.settings import REPO


def test_the_help_lists_every_command_with_examples() -> None:
    shown = CliRunner().invoke(build(None), ["--help"])
    assert shown.exit_code == 0
    assert all(name in shown.output for name in COMMANDS)
    assert "Examples" in shown.output


@pytest.mark.parametrize("name", list(COMMANDS))
def test_every_command_has_a_help_of_its_own(name: str) -> None:
    shown = CliRunner().invoke(build(name), [name, "--help"])
    assert shown.exit_code == 0, shown.output


def test_the_launcher_works_from_anywhere_and_through_a_link(tmp_path: Path) -> None:
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin" / "one").symlink_to(REPO / "corridor")
    (tmp_path / "two").symlink_to("bin/one")
    done = subprocess.run([tmp_path / "two", "status", "--help"], cwd="/", capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert "--json" in done.stdout


def test_a_problem_is_one_sentence_and_exit_code_1(tmp_path: Path) -> None:
    env = {"CORRIDOR_HOME": str(tmp_path / "none"), "PATH": "/usr/bin:/bin", "PYTHONPATH": str(REPO)}
    done = subprocess.run(
        [sys.executable, "-m", "infra.cli", "query", "select 1"], env=env, capture_output=True, text=True
    )
    assert done.returncode == 1
    assert done.stdout == ""
    assert done.stderr.count("\n") == 1
    assert "make up" in done.stderr
