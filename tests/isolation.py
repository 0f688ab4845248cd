"""Settings of stacks that tests and measurements start: nothing of a running stack's addresses may reach them."""

from __future__ import annotations

import os
from pathlib import Path

from infra.settings import REPO, Settings, read_dotenv

#: What a stack of its own may take over from the environment; every other CORRIDOR_* name is emptied.
KEPT = ("CORRIDOR_CACHE", "CORRIDOR_CHROMIUM", "CORRIDOR_PG_OS_USER")


def isolated_environment(home: Path, port_base: str) -> dict[str, str]:
    """The environment of a stack of its own in `home`.

    Emptied names count as unset, and win over a `.env` at the repository's root, which services read themselves.
    """
    names = {name for name in (*os.environ, *read_dotenv(REPO / ".env")) if name.startswith("CORRIDOR_")}
    emptied = {name: "" for name in names if name not in KEPT}
    return {**os.environ, **emptied, "CORRIDOR_HOME": str(home), "CORRIDOR_PORT_BASE": port_base}


def isolated_settings(home: Path, port_base: str) -> Settings:
    """Settings of a stack of its own in `home`."""
    return Settings.load(isolated_environment(home, port_base))
