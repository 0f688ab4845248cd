"""Airflow's configuration as environment variables: four processes on one machine, LocalExecutor, one database."""

from __future__ import annotations

import json
from pathlib import Path

from infra.local.files import write_private
from infra.settings import REPO, Settings


def airflow_home(settings: Settings) -> Path:
    """AIRFLOW_HOME of this stack."""
    return settings.home / "airflow"


def airflow_environment(settings: Settings) -> dict[str, str]:
    """Variables for every process of Airflow; they hold passwords, so they are given to processes and never written."""
    home, url = airflow_home(settings), settings.airflow_url
    database = settings.service_dsn("airflow").replace("postgresql://", "postgresql+psycopg2://", 1)
    values = {
        "CORE__EXECUTOR": "LocalExecutor",
        # Loads and builds run one at a time each; every slot is a process that waits.
        "CORE__PARALLELISM": settings.env.get("CORRIDOR_AIRFLOW_PARALLELISM") or "3",
        "CORE__LOAD_EXAMPLES": "False",
        "CORE__DAGS_FOLDER": str(REPO / "dags"),
        "CORE__DAGS_ARE_PAUSED_AT_CREATION": "False",
        "CORE__FERNET_KEY": settings.secret("airflow_fernet"),
        "CORE__EXECUTION_API_SERVER_URL": f"{url}/execution/",
        "CORE__AUTH_MANAGER": "airflow.api_fastapi.auth.managers.simple.simple_auth_manager.SimpleAuthManager",
        "CORE__SIMPLE_AUTH_MANAGER_USERS": "admin:admin",
        "CORE__SIMPLE_AUTH_MANAGER_PASSWORDS_FILE": str(home / "passwords.json"),
        "DATABASE__SQL_ALCHEMY_CONN": database,
        "DATABASE__SQL_ALCHEMY_POOL_SIZE": "3",
        "API__HOST": "127.0.0.1",
        "API__PORT": str(settings.port("airflow")),
        "API__BASE_URL": url,
        "API__SECRET_KEY": settings.secret("airflow_secret_key"),
        "API_AUTH__JWT_SECRET": settings.secret("airflow_jwt"),
        "API_AUTH__JWT_ISSUER": "corridor",
        "LOGGING__BASE_LOG_FOLDER": str(settings.home / "logs" / "airflow"),
        "LOGGING__DAG_PROCESSOR_CHILD_PROCESS_LOG_DIRECTORY": str(settings.home / "logs" / "airflow" / "dag_processor"),
        "LOGGING__COLORED_CONSOLE_LOG": "False",
        # Half a second buys half a second of latency, twice a run, for a few percent of a core.
        "SCHEDULER__SCHEDULER_IDLE_SLEEP_TIME": "0.5",
        "DAG_PROCESSOR__PARSING_PROCESSES": "1",
        "DAG_PROCESSOR__MIN_FILE_PROCESS_INTERVAL": "300",
        "DAG_PROCESSOR__PRINT_STATS_INTERVAL": "0",
        "DAG_PROCESSOR__BUNDLE_REFRESH_CHECK_INTERVAL": "30",
        # A triggerer that was killed gives its triggers up after 12 s instead of 30.
        "TRIGGERER__TRIGGERER_HEALTH_CHECK_THRESHOLD": "12",
        "TRIGGERER__JOB_HEARTBEAT_SEC": "3",
        "USAGE_DATA_COLLECTION__ENABLED": "False",
        # Only DAGs that say so tell their runs: those that run each minute would fill 50 MB a day.
        "OPENLINEAGE__SELECTIVE_ENABLE": "True",
        "OPENLINEAGE__NAMESPACE": "corridor",
        "OPENLINEAGE__TRANSPORT": json.dumps(
            {
                "type": "file",
                "log_file_path": str(settings.home / "lineage" / "airflow" / "events.jsonl"),
                "append": True,
            }
        ),
    }
    return {"AIRFLOW_HOME": str(home), **{f"AIRFLOW__{name}": value for name, value in values.items()}}


def write_password_file(settings: Settings) -> None:
    """Write the file from which Airflow's own login screen knows the administrator (mode 0600)."""
    home = airflow_home(settings)
    home.mkdir(mode=0o700, exist_ok=True)
    (settings.home / "lineage" / "airflow").mkdir(mode=0o700, parents=True, exist_ok=True)
    write_private(home / "passwords.json", json.dumps({"admin": settings.secret("airflow_admin")}))
