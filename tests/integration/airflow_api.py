"""Airflow of the running stack, asked over its API."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import httpx

from infra.settings import Settings
from tests.support import wait_for


@contextmanager
def signed_in(stack: Settings) -> Iterator[httpx.Client]:
    """A client signed in as the administrator."""
    with httpx.Client(base_url=stack.airflow_url, timeout=30) as client:
        who = {"username": "admin", "password": stack.secret("airflow_admin")}
        token = client.post("/auth/token", json=who).raise_for_status().json()["access_token"]
        client.headers["Authorization"] = f"Bearer {token}"
        yield client


def run_dag(airflow: httpx.Client, dag_id: str, conf: dict[str, Any], within: float = 180) -> tuple[str, str]:
    """Run a DAG once, to its end; returns the id of the run and its state."""
    answer = airflow.post(f"/api/v2/dags/{dag_id}/dagRuns", json={"logical_date": None, "conf": conf})
    run_id: str = answer.raise_for_status().json()["dag_run_id"]

    def ended() -> str | None:
        state = airflow.get(f"/api/v2/dags/{dag_id}/dagRuns/{run_id}").raise_for_status().json()["state"]
        return state if state in ("success", "failed") else None

    return run_id, wait_for(ended, within, f"{run_id} of {dag_id} to end")


def log_of(airflow: httpx.Client, dag_id: str, run_id: str, task_id: str) -> str:
    """What a task wrote in its first try."""
    path = f"/api/v2/dags/{dag_id}/dagRuns/{run_id}/taskInstances/{task_id}/logs/1"
    return airflow.get(path, params={"full_content": True}).raise_for_status().text
