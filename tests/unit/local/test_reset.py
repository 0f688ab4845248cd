"""A reset removes a stack's home, and only that."""

from __future__ import annotations

from pathlib import Path

import pytest

from infra.local.folders import make_folders
from infra.local.problems import Problem
from infra.local.reset import remove_stack
from infra.settings import REPO, Settings


def at(home: Path) -> Settings:
    return Settings(home=home, port_base=18000, env={})


def test_a_home_is_removed_whole(tmp_path: Path) -> None:
    settings = at(tmp_path / "home")
    make_folders(settings)
    assert remove_stack(settings) == [settings.home]
    assert not settings.home.exists()
    assert remove_stack(settings) == []


@pytest.mark.parametrize("home", [REPO, REPO.parent, Path("/")])
def test_the_repository_and_what_holds_it_are_never_removed(home: Path) -> None:
    with pytest.raises(Problem, match="by hand"):
        remove_stack(at(home))


def test_a_folder_that_holds_other_things_is_not_removed(tmp_path: Path) -> None:
    (tmp_path / "letters.txt").write_text("dear all")
    with pytest.raises(Problem, match="by hand"):
        remove_stack(at(tmp_path))
    assert (tmp_path / "letters.txt").exists()
