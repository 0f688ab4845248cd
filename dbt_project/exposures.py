"""Write models/exposures.yml from the Superset assets: which dashboard stands on which model.

python -m dbt_project.exposures
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml

from infra.settings import REPO
from infra.superset.bundle import read_assets

FILE = Path(__file__).parent / "models" / "exposures.yml"
#: Every view of this schema reads the published versions of the cells of this model.
MODEL_OF_SCHEMA = {"results": "indicator_results"}
HEAD = "# Made by `python -m dbt_project.exposures` from infra/superset/assets; change those instead.\n"


def exposures(assets: dict[str, dict[str, dict[str, Any]]]) -> dict[str, Any]:
    """The dashboards of `read_assets` as exposures of dbt, by slug.

    Raises ValueError if a dataset reads a schema of which MODEL_OF_SCHEMA does not say what fills it.
    """
    boards = sorted(assets["dashboards"].values(), key=lambda board: board["slug"])
    return {"version": 2, "exposures": [_exposure(board, assets) for board in boards]}


def as_yaml(document: dict[str, Any]) -> str:
    """The text of the file."""
    return HEAD + yaml.safe_dump(document, sort_keys=False, allow_unicode=True, width=118, explicit_start=False)


def _exposure(board: dict[str, Any], assets: dict[str, dict[str, dict[str, Any]]]) -> dict[str, Any]:
    charts = [assets["charts"][uuid] for uuid in _charts(board)]
    datasets = [assets["datasets"][uuid] for uuid in sorted({chart["dataset_uuid"] for chart in charts})]
    return {
        "name": board["slug"].replace("-", "_"),
        "label": board["dashboard_title"],
        "type": "dashboard",
        "maturity": "high",
        "url": f"/superset/dashboard/{board['slug']}/",
        "description": board["description"],
        "owner": {"name": board["certified_by"]},
        "depends_on": sorted({f"ref('{_model(dataset)}')" for dataset in datasets}),
        "config": {
            "meta": {
                "uuid": board["uuid"],
                "datasets": [f"{dataset['schema']}.{dataset['table_name']}" for dataset in datasets],
            }
        },
    }


def _charts(board: dict[str, Any]) -> Iterator[str]:
    for node in board["position"].values():
        if isinstance(node, dict) and node.get("type") == "CHART":
            yield node["meta"]["uuid"]


def _model(dataset: dict[str, Any]) -> str:
    model = MODEL_OF_SCHEMA.get(dataset["schema"])
    if model is None:
        raise ValueError(
            f"The dataset {dataset['schema']}.{dataset['table_name']} reads a schema that no model is known to fill: "
            "add it to MODEL_OF_SCHEMA in dbt_project/exposures.py."
        )
    return model


def main() -> None:
    """Write the file."""
    FILE.write_text(as_yaml(exposures(read_assets())), encoding="utf-8")
    print(f"wrote {FILE.relative_to(REPO)}")


if __name__ == "__main__":
    main()
