"""The exposures of dbt are the dashboards of Superset."""

from __future__ import annotations

from copy import deepcopy
from pathlib import Path

import pytest

from dbt_project.exposures import FILE, as_yaml, exposures
from dbt_project.fingerprint import fingerprint
from infra.superset.bundle import read_assets


def test_is_current() -> None:
    assert FILE.read_text(encoding="utf-8") == as_yaml(exposures(read_assets())), "run: python -m dbt_project.exposures"


def test_every_dashboard__is_one_with_the_datasets_of_its_charts() -> None:
    assets = read_assets()
    found = {each["config"]["meta"]["uuid"]: each for each in exposures(assets)["exposures"]}
    assert set(found) == set(assets["dashboards"])
    assert all(each["depends_on"] and each["config"]["meta"]["datasets"] for each in found.values())


def test_dataset_of_an_unknown_schema__is_named() -> None:
    assets = deepcopy(read_assets())
    for dataset in assets["datasets"].values():
        dataset["schema"] = "elsewhere"
    with pytest.raises(ValueError, match=r"elsewhere\.\w+ reads a schema"):
        exposures(assets)


def test_exposure__is_no_rule_that_costs_a_full_build(tmp_path: Path) -> None:
    models = tmp_path / "models"
    models.mkdir()
    (models / "rule.sql").write_text("select 1")
    before = fingerprint(tmp_path)
    (models / "exposures.yml").write_text("exposures: []")
    assert fingerprint(tmp_path) == before
    (models / "rule.sql").write_text("select 2")
    assert fingerprint(tmp_path) != before
