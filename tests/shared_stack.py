"""The stack that integration and browser tests share."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from infra.settings import REPO, Settings
from tests.isolation import isolated_environment


def stack_environment() -> dict[str, str]:
    """The environment of that stack: a data folder and ports of its own, which two variables may choose."""
    return isolated_environment(
        Path(os.environ.get("CORRIDOR_TEST_HOME") or REPO / ".corridor-test"),
        os.environ.get("CORRIDOR_TEST_PORT_BASE") or "28000",
    )


@contextmanager
def shared_stack() -> Iterator[Settings]:
    """Brought up from an empty data folder with the history published; taken down unless CORRIDOR_TEST_KEEP=1."""
    from infra.local.down import take_down
    from infra.local.reset import remove_stack
    from infra.local.up import bring_up

    settings = Settings.load(stack_environment())
    remove_stack(settings)
    try:
        bring_up(settings, history=True)
        yield settings
    finally:
        if os.environ.get("CORRIDOR_TEST_KEEP") != "1":
            take_down(settings)
