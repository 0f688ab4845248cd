"""Takes a stack down: all services in order, then the supervisor, then whatever a killed one had left."""

from __future__ import annotations

from infra.local.orphans import end_orphans
from infra.local.supervisor import Supervisor
from infra.settings import Settings


def take_down(settings: Settings) -> bool:
    """Stop everything that this stack runs and wait for its end; False if nothing ran. Data stays."""
    ran = Supervisor(settings).shut_down()
    return bool(end_orphans(settings)) or ran
