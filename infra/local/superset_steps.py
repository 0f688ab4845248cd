"""The steps that bring up Superset: its database, its server, the dashboards and roles from infra/superset."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from pathlib import Path

from infra.local import health
from infra.local.environments import environment_python
from infra.local.folders import logs_folder
from infra.local.launch import service_environment
from infra.local.process import run_logged
from infra.local.services import superset_environment
from infra.local.steps import Say, Step, wait_for
from infra.local.supervisor import Supervisor
from infra.postgres.metadata import ensure_metadata
from infra.settings import REPO, Settings

FOLDER = REPO / "infra" / "superset"
LOCK = REPO / "infra" / "requirements" / "bi.lock"


def steps(settings: Settings, supervisor: Supervisor) -> list[Step]:
    """Database, server, content; in this order."""

    def database(say: Say) -> str:
        def set_up() -> None:
            say("tables")
            _superset(settings, ["db", "upgrade"])
            say("roles and permissions")
            _superset(settings, ["init"])

        return "made" if ensure_metadata(settings, "superset", f"lock {_digest(LOCK)}", set_up) else ""

    def server(say: Say) -> str:
        supervisor.start("superset")
        late = "Superset did not become ready in time: read `make logs S=superset`, then run `make up` again."
        wait_for(lambda: health.superset_answers(settings), 120, late)
        return ""

    return [
        Step("superset_database", "Superset's database", database, ("postgres", "bi")),
        Step("superset", "Superset", server, ("superset_database",)),
    ]


def _superset(settings: Settings, arguments: Sequence[str]) -> None:
    log = logs_folder(settings) / f"superset_{'_'.join(arguments)}.log"
    environment = {**service_environment(settings), **superset_environment(settings)}
    run_logged([environment_python("bi").with_name("superset"), *arguments], log, env=environment,
               what=f"superset {' '.join(arguments)}")  # fmt: skip


def _digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()[:12]
