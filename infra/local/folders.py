"""The folders below CORRIDOR_HOME."""

from __future__ import annotations

import os
from pathlib import Path

from infra.settings import Settings

#: An empty file that tells a CORRIDOR_HOME from any other folder.
HOME_MARK = ".corridor-home"


def make_folders(settings: Settings) -> None:
    """Create CORRIDOR_HOME and its folders; those with secrets or logs are closed to other users.

    CORRIDOR_HOME itself may be passed through, because an unprivileged user runs Postgres when we are root.
    """
    settings.home.mkdir(parents=True, exist_ok=True)
    (settings.home / HOME_MARK).touch()
    os.chmod(settings.home, 0o711)  # noqa: S103
    for folder in (secrets_folder(settings), logs_folder(settings), run_folder(settings)):
        folder.mkdir(exist_ok=True)
        os.chmod(folder, 0o700)


def secrets_folder(settings: Settings) -> Path:
    """Generated passwords and keys, one a file."""
    return settings.home / "secrets"


def logs_folder(settings: Settings) -> Path:
    """One log file a service and a bootstrap step."""
    return settings.home / "logs"


def run_folder(settings: Settings) -> Path:
    """Generated configuration, process ids, marks of finished steps."""
    return settings.home / "run"
