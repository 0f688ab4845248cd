"""Removes a stack with all its data, logs and secrets."""

from __future__ import annotations

import shutil
from pathlib import Path

from infra.local.down import take_down
from infra.local.files import read_or_none
from infra.local.problems import Problem
from infra.postgres.place import SHELTER, note_of_shelter
from infra.settings import REPO, Settings

#: What is found in a CORRIDOR_HOME; a folder with none of these is not ours to remove.
_SIGNS = ("run", "secrets", "logs")


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
    if settings.home in (REPO, *REPO.parents, Path.home()) or not any(
        (settings.home / sign).is_dir() for sign in _SIGNS
    ):
        raise Problem(
            f"CORRIDOR_HOME is {settings.home}, which does not look like a stack's folder: remove it by hand."
        )
    take_down(settings)
    for folder in reversed(folders):
        shutil.rmtree(folder)
    return folders
