"""The DAG file: light to parse, waits for loads, one run at a time."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

from infra.settings import REPO

LOOK = """
import json, sys
from dags.build_results import dag
print(json.dumps({
    "dag_id": dag.dag_id,
    "max_active_runs": dag.max_active_runs,
    "catchup": dag.catchup,
    "tasks": [task.task_id for task in dag.tasks],
    "doc": dag.doc_md,
    "heavy": [name for name in ("dbt", "great_expectations", "pandas") if name in sys.modules],
    "assets": [dag.schedule.asset_condition.name],
    "besides": dag.schedule.timetable.expression,
}))
"""


@pytest.fixture(scope="module")
def dag() -> dict[str, object]:
    """What a fresh process sees when it parses the file."""
    asked = subprocess.run([sys.executable, "-c", LOOK], cwd=REPO, capture_output=True, text=True, check=False)
    assert asked.returncode == 0, asked.stderr
    return json.loads(asked.stdout.splitlines()[-1])


def test_dag__is_woken_by_loads_and_runs_alone(dag: dict[str, object]) -> None:
    assert (dag["dag_id"], dag["tasks"]) == ("build_results", ["build_results"])
    assert (dag["assets"], dag["max_active_runs"], dag["catchup"]) == (["events_loaded"], 1, False)
    assert dag["besides"] == "5-59/10 * * * *"


def test_dag__imports_nothing_heavy_when_parsed(dag: dict[str, object]) -> None:
    assert dag["heavy"] == []


def test_dag__says_what_why_and_what_to_do(dag: dict[str, object]) -> None:
    for heading in ("### What", "### Why", "### When it fails"):
        assert heading in str(dag["doc"])
