"""A stack in a fresh clone, measured from nothing: no environments, no data, only the download caches."""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from infra.settings import REPO, Settings
from tests.isolation import isolated_environment, isolated_settings

PORT_BASE = "38000"


@dataclass(frozen=True)
class FreshStack:
    """A clone with its own data folder; `settings` address its services."""

    folder: Path
    settings: Settings

    def make(self, target: str) -> float:
        """Run `make TARGET` in the clone; seconds it took. Its output goes to ours."""
        started = time.monotonic()
        subprocess.run(["make", target], cwd=self.folder, env=self.env(), check=True, stdin=subprocess.DEVNULL)
        return time.monotonic() - started

    def env(self) -> dict[str, str]:
        """Environment of commands in the clone."""
        return isolated_environment(self.settings.home, PORT_BASE)


def clone() -> FreshStack:
    """Clone the committed state into a temporary folder; nothing runs yet."""
    folder = Path(tempfile.mkdtemp(prefix="corridor-bench-"))
    subprocess.run(["git", "clone", "-q", str(REPO), str(folder / "corridor")], check=True)
    return FreshStack(folder / "corridor", isolated_settings(folder / "corridor" / ".corridor", PORT_BASE))


def remove(stack: FreshStack) -> None:
    """Stop everything in the clone and delete it."""
    subprocess.run(["make", "reset", "YES=1"], cwd=stack.folder, env=stack.env(), check=False, stdout=sys.stderr)
    shutil.rmtree(stack.folder.parent, ignore_errors=True)
