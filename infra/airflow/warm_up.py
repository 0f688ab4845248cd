"""The first run after a start: Airflow builds its task interface on the first call, so that call is made early."""

from __future__ import annotations

import httpx

from infra.airflow.api import Airflow
from infra.local.problems import Problem
from infra.local.steps import Say, wait_for
from infra.settings import Settings

#: Loads what is waiting; with nothing waiting the run ends at once.
FIRST = "load_events"


def first_run(settings: Settings, say: Say, seconds: float = 120) -> str:
    """Wait until the DAG is known, start one run of it and wait for its end; returns a few words on it."""
    with Airflow(settings) as airflow:
        problem = (
            f"Airflow did not find the DAG {FIRST} within {seconds:.0f} s: read `make logs S=airflow-dag-processor`."
        )
        try:
            wait_for(lambda: FIRST in airflow.dag_ids(), seconds, problem)
        except Problem as error:
            errors = "; ".join(airflow.import_errors())
            raise Problem(f"{error} {f'Airflow says: {errors}.' if errors else ''}".strip()) from error
        try:
            run = airflow.start_run(FIRST)
        except httpx.HTTPStatusError as error:
            raise Problem(
                f"Airflow refused a run of {FIRST} ({error.response.status_code}): {error.response.text[:200]}"
            ) from error
        say(run)
        late = f"The first run of {FIRST} did not end within {seconds:.0f} s: look at it at {settings.airflow_url}."
        wait_for(lambda: airflow.run_state(FIRST, run) in ("success", "failed"), seconds, late, every=0.5)
        return airflow.run_state(FIRST, run)
