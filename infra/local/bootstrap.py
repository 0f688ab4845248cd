"""The first half of `make up`: checks and environments, with nothing but Python's standard library.

It then becomes the second half (infra.local.up) under the interpreter of the pipeline environment.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable

from infra.local.checks import check_disk, check_memory, check_ports, check_python
from infra.local.console import Console
from infra.local.environments import ensure, environment_python, is_current
from infra.local.folders import logs_folder, make_folders
from infra.local.orphans import end_orphans
from infra.local.process import clean_environment
from infra.local.steps import Say, Step, run_steps
from infra.local.supervisor import Supervisor
from infra.settings import REPO, Settings


def check_machine(settings: Settings) -> None:
    """Raise Problem if this machine cannot hold the stack. Ends what a killed supervisor of it left behind."""
    check_python()
    check_disk(settings)
    if Supervisor(settings).pid() is None and (ended := end_orphans(settings)):
        print(f" · ended {ended} processes that an earlier supervisor had left behind", flush=True)
    if not any(info["pid"] for info in Supervisor(settings).processes().values()):
        check_memory()
    check_ports(settings)


def make_environments(settings: Settings, console: Console, wait_for_both: bool = True) -> None:
    """Make the environments that are missing or older than their lock; the second one goes on in the background
    of the start unless `wait_for_both`."""
    make_folders(settings)
    logs = logs_folder(settings)
    if not is_current("bi") and not wait_for_both:
        # Niced: everything else waits for `pipeline` first, and `bi` is needed last.
        subprocess.Popen(
            ["nice", sys.executable, "-m", "infra.local.environments", "bi", str(logs)],
            cwd=REPO, env=clean_environment(), stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip
    names = [name for name in ("pipeline", "bi") if not is_current(name) and (wait_for_both or name == "pipeline")]
    if names:
        run_steps([Step(name, f"Environment {name}", _installer(name, settings)) for name in names], console, logs)


def go_on(arguments: list[str], console: Console | None = None) -> None:
    """Become `python -m infra.local <arguments>` of the pipeline environment."""
    python = str(environment_python("pipeline"))
    handed = console.hand_over() if console else {}
    os.chdir(REPO)
    sys.stdout.flush()
    os.execve(python, [python, "-m", "infra.local", *arguments], {**clean_environment(), **handed})  # noqa: S606


def _installer(name: str, settings: Settings) -> Callable[[Say], str]:
    def install(say: Say) -> str:
        return "installed" if ensure(name, logs_folder(settings)) else ""

    return install
