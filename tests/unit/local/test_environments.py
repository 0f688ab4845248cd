"""An environment counts only when its installation ended, from the lock as it is now."""

from __future__ import annotations

from pathlib import Path

import pytest

from infra.local import environments


@pytest.fixture(autouse=True)
def folders(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(environments, "ENVIRONMENTS", tmp_path / "venv")
    monkeypatch.setattr(environments, "LOCKS", tmp_path)
    (tmp_path / "bi.lock").write_text("one==1\n")
    python = environments.environment_python("bi")
    python.parent.mkdir(parents=True)
    python.touch()


def finish() -> None:
    (environments.ENVIRONMENTS / "bi" / ".corridor-stamp").write_text(environments._stamp("bi"))


def test_an_unfinished_one_is_not_current() -> None:
    assert not environments.is_current("bi")


def test_a_finished_one_is_left_alone(tmp_path: Path) -> None:
    finish()
    assert environments.is_current("bi")
    assert environments.ensure("bi", tmp_path) is False


def test_a_new_lock_makes_it_old(tmp_path: Path) -> None:
    finish()
    (tmp_path / "bi.lock").write_text("one==2\n")
    assert not environments.is_current("bi")
