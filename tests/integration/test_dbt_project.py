"""The dbt project as a document: everything is described, and nothing in it is on its way out of dbt."""

from __future__ import annotations

from typing import Any

import pytest

from dbt_project.run import PROJECT, parse_project
from infra.settings import Settings

pytestmark = pytest.mark.own_database


@pytest.fixture(scope="module")
def manifest(stack: Settings) -> Any:
    parsed = parse_project(stack, ["--no-partial-parse", "--warn-error-options", "{error: all}"])
    assert parsed.success, f"dbt warns about the project: {parsed.exception}"
    return parsed.result


def test_every_model_and_seed_and_each_of_its_columns_is_described(manifest: Any) -> None:
    undescribed = [
        f"{node.name}.{name}" if name else node.name
        for node in manifest.nodes.values()
        if node.resource_type in ("model", "seed")
        for name, text in [("", node.description), *((c.name, c.description) for c in node.columns.values())]
        if not text.strip()
    ]
    assert undescribed == []


def test_every_mart_has_a_contract_that_types_each_column(manifest: Any) -> None:
    marts = [n for n in manifest.nodes.values() if n.resource_type == "model" and n.path.startswith("marts/")]
    assert len(marts) == len(list((PROJECT / "models" / "marts").glob("*.sql")))
    assert [node.name for node in marts if not node.config.contract.enforced] == []
    assert [f"{n.name}.{c.name}" for n in marts for c in n.columns.values() if not c.data_type] == []


def test_every_data_test_carries_a_sentence(manifest: Any) -> None:
    models = [node for node in manifest.nodes.values() if node.resource_type == "test" and "models" in str(node.path)]
    singular = [n for n in manifest.nodes.values() if n.resource_type == "test" and n.original_file_path[:5] == "tests"]
    assert len(singular) >= 8
    assert [test.name for test in [*models, *singular] if not test.description.strip()] == []


def test_every_rule_test_has_a_description(manifest: Any) -> None:
    assert len(manifest.unit_tests) >= 15
    assert [test.name for test in manifest.unit_tests.values() if not test.description.strip()] == []


def test_every_dashboard_is_an_exposure_that_leads_to_the_events(manifest: Any) -> None:
    assert {exposure.name for exposure in manifest.exposures.values()} == {"results_at_a_glance"}
    for exposure in manifest.exposures.values():
        upstream, todo = set(), list(exposure.depends_on.nodes)
        while todo:
            node = todo.pop()
            upstream.add(node)
            todo += set(getattr(manifest.nodes.get(node), "depends_on_nodes", [])) - upstream
        assert "source.corridor.raw.events" in upstream


def test_model_files_stay_small() -> None:
    lengths = sorted(len(path.read_text().splitlines()) for path in (PROJECT / "models").rglob("*.sql"))
    assert lengths[len(lengths) // 2] <= 55
    assert lengths[-1] <= 120
