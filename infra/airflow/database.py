"""Airflow's metadata database."""

from __future__ import annotations

import sys
from importlib.metadata import version

from infra.airflow.environment import airflow_environment, write_password_file
from infra.local.folders import logs_folder
from infra.local.launch import service_environment
from infra.local.process import run_logged
from infra.postgres.metadata import ensure_metadata
from infra.settings import Settings


def set_up_database(settings: Settings) -> bool:
    """Create or upgrade the metadata database; True if there was anything to do."""
    write_password_file(settings)
    environment = {**service_environment(settings), **airflow_environment(settings)}

    def migrate() -> None:
        log = logs_folder(settings) / "airflow_migrate.log"
        run_logged([sys.executable, "-m", "airflow", "db", "migrate"], log, env=environment, what="airflow db migrate")

    return ensure_metadata(settings, "airflow", f"Airflow {version('apache-airflow')}", migrate)
