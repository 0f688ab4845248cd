"""dbt's artifacts of one build as OpenLineage events."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from attr import evolve
from openlineage.client.event_v2 import RunEvent
from openlineage.common.provider.dbt.facets import ParentRunMetadata
from openlineage.common.provider.dbt.local import DbtLocalArtifactProcessor

from dbt_project.run import PROJECT

PRODUCER = "https://github.com/OpenLineage/OpenLineage/tree/1.54.0/integration/common"
NAMESPACE = "corridor"


class Artifacts(DbtLocalArtifactProcessor):
    """manifest.json and run_results.json of `target`; datasets are named postgres://host:port, database.schema.table.

    Seeds count as inputs, which the library leaves out, and only models are told: tests are in ops.dbt_results.
    """

    def __init__(
        self, target: Path, address: tuple[str, int], parent: ParentRunMetadata, invocation_id: str | None
    ) -> None:
        super().__init__(str(PROJECT), target_path=str(target), producer=PRODUCER, job_namespace=NAMESPACE)
        self._target, self._address, self._invocation_id = target, address, invocation_id
        self.dbt_run_metadata = parent

    def events(self) -> list[RunEvent]:
        """START and COMPLETE (or FAIL) of each model that ran, by time; columns are told at the end.

        Raises ValueError if the artifacts are not those of the invocation.
        """
        parsed = self.parse()
        parsed.starts = [_short(event) for event in parsed.starts]
        found = parsed.events()
        return sorted(found, key=lambda event: (event.eventTime, event.eventType != "START"))

    def get_dbt_metadata(self) -> tuple[dict[Any, Any], dict[Any, Any], dict[Any, Any], None]:
        """What the library reads, with seeds in the place of sources and the connection without its password."""
        manifest, results = (_read(self._target / name) for name in ("manifest.json", "run_results.json"))
        if self._invocation_id not in (None, results["metadata"]["invocation_id"]):
            raise ValueError(f"another command of dbt wrote to {self._target} meanwhile")
        seeds = {_as_source(key): node for key, node in manifest["nodes"].items() if key.startswith("seed.")}
        manifest["sources"].update(seeds)
        manifest["parent_map"] = {
            key: [_as_source(parent) for parent in parents] for key, parents in manifest["parent_map"].items()
        }
        compiled = {result["unique_id"]: result.get("compiled_code") for result in results["results"]}
        for key, code in compiled.items():
            if code and key in manifest["nodes"]:
                manifest["nodes"][key]["compiled_code"] = code
        results["args"]["which"] = "run"
        host, port = self._address
        return manifest, results, {"type": "postgres", "host": host, "port": port}, None


def _read(path: Path) -> dict[str, Any]:
    content: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return content


def _short(event: RunEvent) -> RunEvent:
    job = evolve(event.job, facets={key: each for key, each in (event.job.facets or {}).items() if key != "sql"})
    inputs = [evolve(each, facets={}) for each in event.inputs or []]
    outputs = [evolve(each, facets={}) for each in event.outputs or []]
    return evolve(event, job=job, inputs=inputs, outputs=outputs)


def _as_source(key: str) -> str:
    return "source." + key if key.startswith("seed.") else key
