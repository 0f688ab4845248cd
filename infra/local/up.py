"""Brings a stack up, from whatever state it is in. Everything here may be interrupted and done again."""

from __future__ import annotations

from infra.local.checks import check_ports
from infra.local.console import Console
from infra.local.folders import logs_folder, make_folders
from infra.local.orphans import end_orphans
from infra.local.secret_files import make_city_keys, make_secrets
from infra.local.start_plan import start_plan
from infra.local.steps import run_steps
from infra.local.supervisor import Supervisor
from infra.settings import Settings


def bring_up(settings: Settings, history: bool = True, console: Console | None = None) -> dict[str, float]:
    """Start every service of the stack that `settings` describes, with logins, topics, keys and roles.

    With `history`, also send the programme's published history and wait until it is published.
    Returns the seconds of each step. Raises Problem with one sentence on what went wrong and what to do.
    The environments must exist (infra.local.bootstrap).
    """
    console = console or Console()
    make_folders(settings)
    make_secrets(settings)
    make_city_keys(settings)
    supervisor = Supervisor(settings)
    if supervisor.pid() is None and (ended := end_orphans(settings)):
        console.say(f" · ended {ended} processes that an earlier supervisor had left behind")
    check_ports(settings)
    supervisor.ensure_running()
    return run_steps(start_plan(settings, supervisor, history=history), console, logs_folder(settings))
