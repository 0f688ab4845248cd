"""Removes a stack with all its data, logs and secrets."""

from __future__ import annotations

import shutil
from pathlib import Path

from infra.local.down import take_down
from infra.local.files import read_or_none
from infra.local.folders import HOME_MARK
from infra.local.problems import Problem
from infra.postgres.place import SHELTER, note_of_shelter
from infra.settings import REPO, Settings


def folders_of(settings: Settings) -> list[Path]:
    """Every folder that holds something of this stack; the environments and downloads are not among them."""
    noted = read_or_none(note_of_shelter(settings))
    shelter = [Path(noted)] if noted and Path(noted).parent == SHELTER else []
    return [folder for folder in (settings.home, *shelter) if folder.exists()]


def remove_stack(settings: Settings) -> list[Path]:
    """Take the stack down and remove all it holds; returns the folders that were removed."""
    folders = folders_of(settings)
    if not folders:
        return []
    if not _is_ours(settings.home):
        raise Problem(
            f"CORRIDOR_HOME is {settings.home}, which does not look like a stack's folder: remove it by hand."
        )
    take_down(settings)
    for folder in reversed(folders[1:]):
        shutil.rmtree(folder)
    for path in settings.home.iterdir():
        # The mark goes last, so that an interrupted removal can be done again.
        if path.name != HOME_MARK:
            shutil.rmtree(path) if path.is_dir() and not path.is_symlink() else path.unlink()
    shutil.rmtree(settings.home)
    return folders


def _is_ours(home: Path) -> bool:
    if home in (REPO, *REPO.parents, Path.home()):
        return False
    return (home / HOME_MARK).exists() or not any(home.iterdir())
