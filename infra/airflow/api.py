"""The few calls of Airflow's REST interface that the bootstrap and the tests need."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import httpx

from infra.local.problems import Problem
from infra.settings import Settings


class Airflow:
    """A signed-in client of this stack's api-server; use it as a context manager."""

    def __init__(self, settings: Settings, timeout: float = 90.0) -> None:
        self._http = httpx.Client(base_url=settings.airflow_url, timeout=timeout, trust_env=False)
        token = self._http.post("/auth/token", json={"username": "admin", "password": settings.secret("airflow_admin")})
        if token.status_code != 201:
            raise Problem(
                f"Airflow refused the administrator's login ({token.status_code}): look at `make logs S=airflow-api`."
            )
        self._http.headers["Authorization"] = f"Bearer {token.json()['access_token']}"

    def __enter__(self) -> Airflow:
        return self

    def __exit__(self, *_: object) -> None:
        self._http.close()

    def dag_ids(self) -> set[str]:
        """The DAGs that the dag-processor has parsed and that are not paused."""
        dags = self._get("/api/v2/dags", params={"limit": 100})["dags"]
        return {dag["dag_id"] for dag in dags if not dag["is_paused"]}

    def import_errors(self) -> list[str]:
        """One sentence a DAG file that could not be parsed."""
        errors = self._get("/api/v2/importErrors", params={"limit": 100})["import_errors"]
        return [f"{error['filename']}: {error['stack_trace'].strip().splitlines()[-1]}" for error in errors]

    def start_run(self, dag_id: str, conf: dict[str, Any] | None = None) -> str:
        """Start a run of a DAG now; returns the run's id."""
        run = f"start__{datetime.now(UTC):%Y-%m-%dT%H:%M:%S.%f}"
        body = {"dag_run_id": run, "logical_date": None, "conf": conf or {}}
        for last in (False, True):
            try:
                answer = self._http.post(f"/api/v2/dags/{dag_id}/dagRuns", json=body)
            except httpx.TimeoutException:
                # The first call after a start is slow, and may have got through all the same: the id tells.
                if last:
                    raise
                continue
            if answer.status_code != 409:
                answer.raise_for_status()
            break
        return run

    def _get(self, path: str, params: dict[str, Any] | None = None) -> Any:
        answer = self._http.get(path, params=params)
        answer.raise_for_status()
        return answer.json()
