"""Waits until a service that was started can do its work, and says why when it cannot."""

from __future__ import annotations

import time
from collections.abc import Callable

from infra.local.folders import logs_folder
from infra.local.problems import Problem
from infra.local.process import last_words
from infra.local.services import service
from infra.local.steps import wait_for
from infra.local.supervisor import Supervisor

_LOOK_SECONDS = 2.0


def wait_until_ready(
    supervisor: Supervisor, name: str, condition: Callable[[], bool], seconds: float, every: float = 0.25
) -> None:
    """Return when `condition()` is true. Raises Problem when the supervisor gave the service up, or after `seconds`."""
    title, look_at = service(name).title, time.monotonic() + _LOOK_SECONDS

    def ready() -> bool:
        nonlocal look_at
        if condition():
            return True
        if time.monotonic() >= look_at:
            look_at = time.monotonic() + _LOOK_SECONDS
            if supervisor.processes().get(name, {}).get("statename") in ("FATAL", "EXITED"):
                raise Problem(f"{title} cannot be started; its last words: {words()!r} (`make logs S={name}`).")
        return False

    def words() -> str:
        return last_words(logs_folder(supervisor.settings) / f"{name}.log")

    late = f"{title} did not become ready within {seconds:.0f} s: read `make logs S={name}`, then run `make up` again."
    wait_for(ready, seconds, late, every)
