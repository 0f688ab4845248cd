"""The first run after a start: Airflow builds its task interface on the first call, so that call is made early."""

from __future__ import annotations

import httpx

from infra.airflow.api import Airflow
from infra.local.problems import Problem
from infra.local.steps import wait_for
from infra.settings import Settings

#: Loads what is waiting; with nothing waiting the run ends at once.
FIRST = "load_events"


def first_run(settings: Settings, seconds: float = 120) -> None:
    """Wait until the DAG is known and start one run of it; nothing waits for its end but what needs its outcome."""
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
            airflow.start_run(FIRST)
        except httpx.HTTPStatusError as error:
            words = f"Airflow refused a run of {FIRST} ({error.response.status_code})"
            raise Problem(f"{words}: {error.response.text[:200]}") from error
