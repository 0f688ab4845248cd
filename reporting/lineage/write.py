"""One file of OpenLineage events for each build that was published."""

from __future__ import annotations

import logging
import uuid
from pathlib import Path

from dbt_project.run import target_folder
from infra.local.files import write_private
from infra.settings import Settings

log = logging.getLogger(__name__)

#: Builds whose events are kept, some 1.5 MB each.
KEEP = 50
#: What Airflow wrote goes to a second file at this many bytes, and that one's place is taken the next time.
AIRFLOW_BYTES = 10_000_000
JOB = "build_results"
_NAMES = uuid.UUID("6d3f0c52-2f0e-5f6e-9c83-6a1f5b1b7a10")


def lineage_folder(settings: Settings) -> Path:
    """Where the events of dbt (`dbt`) and of Airflow (`airflow`) lie."""
    return settings.home / "lineage"


def write_lineage(settings: Settings, build_id: int, invocation_id: str | None) -> Path | None:
    """Write CORRIDOR_HOME/lineage/dbt/<build id>.jsonl from dbt's artifacts and keep the last `KEEP`.

    Never raises: a build does not fail for it. Returns None and logs what to do if it could not be written.
    """
    try:
        return _write(settings, build_id, invocation_id)
    except Exception as error:
        log.warning(
            "The lineage of build %s was not written (%s: %s); its figures are published all the same. If it says so "
            "each time: `make environments` installs the libraries, and %s must be writable.",
            build_id, type(error).__name__, error, lineage_folder(settings),
        )  # fmt: skip
        return None


def _write(settings: Settings, build_id: int, invocation_id: str | None) -> Path:
    from openlineage.client.event_v2 import Job, Run, RunEvent, RunState
    from openlineage.client.serde import Serde
    from openlineage.common.provider.dbt.facets import ParentRunMetadata

    from reporting.lineage.artifacts import NAMESPACE, PRODUCER, Artifacts

    run_id = str(uuid.uuid5(_NAMES, f"{settings.warehouse_database} {build_id}"))
    parent = ParentRunMetadata(run_id=run_id, job_name=JOB, job_namespace=NAMESPACE)
    models = Artifacts(target_folder(settings), settings.postgres_address, parent, invocation_id).events()
    ends = [
        RunEvent(
            eventType=state, eventTime=event.eventTime, run=Run(runId=run_id), job=Job(namespace=NAMESPACE, name=JOB),
            producer=PRODUCER, inputs=[], outputs=[],
        )
        for state, event in ((RunState.START, models[0]), (RunState.COMPLETE, models[-1]))
    ]  # fmt: skip
    folder = lineage_folder(settings) / "dbt"
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    file = folder / f"{build_id:08d}.jsonl"
    write_private(file, "".join(f"{Serde.to_json(event)}\n" for event in (ends[0], *models, ends[1])))
    for old in sorted(folder.glob("*.jsonl"))[:-KEEP]:
        old.unlink(missing_ok=True)
    _turn(lineage_folder(settings) / "airflow" / "events.jsonl")
    return file


def _turn(file: Path) -> None:
    if file.exists() and file.stat().st_size > AIRFLOW_BYTES:
        file.replace(file.with_suffix(".older.jsonl"))
