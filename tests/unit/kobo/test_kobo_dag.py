"""The DAG file: imported on its own, as the dag-processor does."""

from __future__ import annotations

import json
import os
import subprocess
import sys

from infra.settings import REPO

_LOOK = """
import json, runpy, sys
dag = runpy.run_path("dags/pull_kobo.py")["dag"]
print(json.dumps({
    "tasks": sorted(dag.task_dict),
    "runs": dag.max_active_runs,
    "doc": dag.doc_md,
    "scheduled": dag.schedule is not None,
    "heavy": sorted({n.split(".")[0] for n in sys.modules} & {"dbt", "great_expectations", "pandas", "openpyxl"}),
    "retries": {task.task_id: task.retries for task in dag.tasks},
}))
"""


def test_dag__is_light_off_by_default_and_says_what_to_do() -> None:
    env = {name: value for name, value in os.environ.items() if "KOBO" not in name}
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", _LOOK],
        cwd=REPO, env=env, capture_output=True, text=True, check=True, timeout=120,
    )  # fmt: skip
    found = json.loads(done.stdout.splitlines()[-1])

    assert found["tasks"] == ["pull"]
    assert found["runs"] == 1
    assert found["scheduled"] is False
    assert found["heavy"] == []
    assert found["retries"]["pull"] > 0
    for heading in ("**What.**", "**Why it is safe.**", "**When it fails.**"):
        assert heading in found["doc"]
