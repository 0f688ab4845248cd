"""The DAG file: imported on its own, as the dag-processor does."""

from __future__ import annotations

import json
import subprocess
import sys

from infra.settings import REPO

_LOOK = """
import json, runpy, sys
names = runpy.run_path("dags/load_events.py")
dag = names["dag"]
print(json.dumps({
    "tasks": sorted(dag.task_dict),
    "runs": dag.max_active_runs,
    "doc": dag.doc_md,
    "heavy": sorted({n.split(".")[0] for n in sys.modules} & {"dbt", "great_expectations", "pandas", "quixstreams"}),
    "outlets": [asset.name for asset in dag.task_dict["finish"].outlets],
    "retries": {task.task_id: task.retries for task in dag.tasks},
}))
"""


def test_dag__is_light_and_says_what_to_do() -> None:
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", _LOOK], cwd=REPO, capture_output=True, text=True, check=True, timeout=120
    )
    found = json.loads(done.stdout.splitlines()[-1])

    assert found["tasks"] == ["finish", "load_share", "plan"]
    assert found["runs"] == 1
    assert found["heavy"] == []
    assert found["outlets"] == ["events_loaded"]
    assert all(retries > 0 for retries in found["retries"].values())
    for heading in ("**What.**", "**Why it is safe.**", "**When it fails.**"):
        assert heading in found["doc"]
