"""Becomes one service: `python -m infra.local.launch <service>`, as the supervisor calls it.

The service's environment is made here and not in the supervisor's configuration, so passwords lie in no other place
than their own files, and a service can be run by hand in the same way.
"""

from __future__ import annotations

import json
import os
import sys

from infra.local.files import read_or_none
from infra.local.folders import run_folder
from infra.local.process import clean_environment
from infra.local.services import service
from infra.settings import REPO, Settings

#: Variables of the shell that called `make up`, kept for every later start of a service.
KEPT = "environment.json"


def service_environment(settings: Settings) -> dict[str, str]:
    """The environment that all services share."""
    kept = json.loads(read_or_none(run_folder(settings) / KEPT) or "{}")
    return {
        **clean_environment(),
        **kept,
        "CORRIDOR_HOME": str(settings.home),
        "CORRIDOR_PORT_BASE": str(settings.port_base),
        "PYTHONPATH": str(REPO),
        "PYTHONUNBUFFERED": "1",
        "GX_ANALYTICS_ENABLED": "false",
        "DO_NOT_TRACK": "1",
        "TZ": "UTC",
    }


def main() -> None:
    """Replace this process by the service that the first argument names."""
    settings = Settings.load()
    chosen = service(sys.argv[1])
    environment = service_environment(settings)
    settings = Settings.load(environment)
    environment.update(chosen.variables(settings))
    os.chdir(REPO)
    command = chosen.command(settings)
    os.execve(command[0], command, environment)  # noqa: S606


if __name__ == "__main__":
    main()
