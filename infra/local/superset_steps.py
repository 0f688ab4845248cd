"""The steps that bring up Superset: its database, its server, the dashboards and roles from infra/superset."""

from __future__ import annotations

import hashlib
import sys

from infra.local import health
from infra.local.environments import environment_python
from infra.local.files import read_or_none, write_whole
from infra.local.folders import logs_folder, run_folder
from infra.local.launch import service_environment
from infra.local.process import run_logged
from infra.local.readiness import wait_until_ready
from infra.local.services import superset_environment
from infra.local.steps import Say, Step
from infra.local.supervisor import Supervisor
from infra.postgres.metadata import ensure_metadata
from infra.settings import REPO, Settings

LOCK = REPO / "infra" / "requirements" / "bi.lock"
FOLDER = REPO / "infra" / "superset"


def steps(settings: Settings, supervisor: Supervisor) -> list[Step]:
    """Database, server, dashboards; in this order."""
    plan = _Plan(settings, supervisor)
    return [
        Step("superset_database", "Superset's database", plan.database, ("postgres", "bi")),
        Step("superset", "Superset", plan.server, ("superset_database",)),
        Step("dashboards", "Dashboards and roles", plan.dashboards, ("superset", "database")),
    ]


class _Plan:
    def __init__(self, settings: Settings, supervisor: Supervisor) -> None:
        self.settings = settings
        self.supervisor = supervisor
        self.started = False
        self.environment = {**service_environment(settings), **superset_environment(settings)}

    def database(self, say: Say) -> str:
        version = f"lock {hashlib.sha256(LOCK.read_bytes()).hexdigest()[:12]}"
        return "made" if ensure_metadata(self.settings, "superset", version, self._set_up) else ""

    def server(self, say: Say) -> str:
        self.started = self.supervisor.start("superset")
        wait_until_ready(self.supervisor, "superset", lambda: health.superset_answers(self.settings), 120)
        return ""

    def dashboards(self, say: Say) -> str:
        mark, digest = run_folder(self.settings) / "dashboards_imported", _digest()
        if not self.started and read_or_none(mark) == digest:
            return "as they are"
        log = logs_folder(self.settings) / "superset_import.log"
        command = [sys.executable, "-m", "infra.superset.importer"]
        run_logged(command, log, env=self.environment, what="Importing the dashboards", cwd=REPO)
        write_whole(mark, digest)
        return ""

    def _set_up(self) -> None:
        log = logs_folder(self.settings) / "superset_database.log"
        command = [environment_python("bi"), "-m", "infra.local.superset_database"]
        run_logged(command, log, env=self.environment, what="Setting up Superset's database", cwd=REPO)


def _digest() -> str:
    """Changes with every file that the import reads."""
    digest = hashlib.sha256()
    for path in sorted(FOLDER.rglob("*")):
        if path.is_file() and path.suffix != ".pyc":
            digest.update(str(path.relative_to(FOLDER)).encode() + path.read_bytes())
    return digest.hexdigest()
