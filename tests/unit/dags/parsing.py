"""What the dag-processor sees of each file of dags/: a process for each, forked after Airflow is imported."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from typing import Any

from infra.settings import REPO

NAMES = sorted(path.stem for path in (REPO / "dags").glob("*.py"))
#: What only a task may import.
HEAVY = ("dbt", "great_expectations", "openpyxl", "pandas", "quixstreams")

# Importing Airflow takes two seconds, a fork of it nothing; every file still begins with no module of ours loaded.
_PARSE = """
import json, os, runpy, sys
import airflow.sdk
heavy, *names = sys.argv[1:]

def look(name):
    dag = runpy.run_path(f"dags/{name}.py")["dag"]
    schedule = dag.schedule
    return {
        "dag_id": dag.dag_id,
        "tasks": sorted(dag.task_dict),
        "runs": dag.max_active_runs,
        "catchup": dag.catchup,
        "doc": dag.doc_md,
        "heavy": sorted({each.split(".")[0] for each in sys.modules} & set(heavy.split())),
        "retries": {task.task_id: task.retries for task in dag.tasks},
        "outlets": {task.task_id: [asset.name for asset in task.outlets] for task in dag.tasks if task.outlets},
        "scheduled": schedule is not None,
        "woken_by": getattr(getattr(schedule, "asset_condition", None), "name", None),
        "besides": getattr(getattr(schedule, "timetable", None), "expression", None),
    }

for name in names:
    if os.fork() == 0:
        print(json.dumps(look(name)), flush=True)
        os._exit(0)
    if os.wait()[1]:
        sys.exit(f"dags/{name}.py cannot be parsed, see above")
"""


def parse() -> dict[str, dict[str, Any]]:
    """Name of each file -> its DAG; raises AssertionError with the traceback of a file that cannot be parsed."""
    env = {name: value for name, value in os.environ.items() if "KOBO" not in name}
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", _PARSE, " ".join(HEAVY), *NAMES],
        cwd=REPO, env=env, capture_output=True, text=True, check=False, timeout=120,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    lines = [line for line in done.stdout.splitlines() if line.startswith("{")]
    return dict(zip(NAMES, map(json.loads, lines), strict=True))
