"""Every dashboard leads to charts, every chart to a dataset, and every column they name to a view of the migrations."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator
from typing import Any

import pytest
import yaml

from infra.settings import REPO
from infra.superset.access import read_access
from infra.superset.bundle import read_assets, zip_assets
from infra.superset.theme import CATEGORICAL
from tests.unit.superset.view_columns import view_columns

ASSETS = read_assets()
VIEWS = view_columns()
CHARTS, DATASETS, DASHBOARDS = ASSETS["charts"], ASSETS["datasets"], ASSETS["dashboards"]
WORDS = re.compile(r"[a-z_]+")
SQL_WORDS = {"and", "or", "not", "is", "null", "like", "in", "case", "when", "then", "else", "end", "from"}
FUNCTIONS = {"max", "count", "coalesce", "nullif", "substring", "round"}


def names(text: str) -> set[str]:
    """Column names that a SQL expression uses: its lower-case words, without strings and the language's own words."""
    return set(WORDS.findall(re.sub(r"'[^']*'", "", text))) - SQL_WORDS - FUNCTIONS


def columns_of(dataset: dict[str, Any]) -> set[str]:
    """Columns of a dataset: those of its view, and its calculated ones."""
    return {column["column_name"] for column in dataset["columns"]}


def by_name(assets: dict[str, Any], key: str) -> list[Any]:
    """The assets as test parameters."""
    return [pytest.param(asset, id=asset[key]) for asset in assets.values()]


def used_columns(params: dict[str, Any]) -> Iterator[str]:
    """Every column that the parameters of a chart name."""
    yield from params.get("all_columns", [])
    yield from params.get("groupby", [])
    yield from params.get("column_config", {})
    yield from (rule["column"] for rule in params.get("conditional_formatting", []))
    yield from (yaml.safe_load(order)[0] for order in params.get("order_by_cols", []))
    if "x_axis" in params:
        yield params["x_axis"]
    for rule in params.get("adhoc_filters", []):
        yield from names(rule["sqlExpression"]) if rule["expressionType"] == "SQL" else [rule["subject"]]


@pytest.mark.parametrize("dashboard", by_name(DASHBOARDS, "dashboard_title"))
def test_dashboard__leads_to_charts_and_datasets(dashboard: dict[str, Any]) -> None:
    parts = [part for part in dashboard["position"].values() if isinstance(part, dict)]
    charts = [part["meta"]["uuid"] for part in parts if part["type"] == "CHART"]
    assert set(charts) <= set(CHARTS)
    assert len(charts) <= 10, "more than ten charts make a page slow and unreadable"
    for rule in dashboard["metadata"]["native_filter_configuration"]:
        for target in rule["targets"]:
            assert target["column"]["name"] in columns_of(DATASETS[target["datasetUuid"]])


@pytest.mark.parametrize("dashboard", by_name(DASHBOARDS, "dashboard_title"))
def test_dashboard__layout_is_a_tree(dashboard: dict[str, Any]) -> None:
    position = {key: part for key, part in dashboard["position"].items() if isinstance(part, dict)}
    for key, part in position.items():
        assert part["id"] == key
        for child in part.get("children", []):
            assert position[child]["parents"] == [*part.get("parents", []), key]
    reached = {child for part in position.values() for child in part.get("children", [])}
    assert set(position) - reached == {"ROOT_ID", "GRID_ID", "HEADER_ID"}


def test_every_chart__stands_on_a_dashboard() -> None:
    placed = {
        part["meta"]["uuid"]
        for dashboard in DASHBOARDS.values()
        for part in dashboard["position"].values()
        if isinstance(part, dict) and part["type"] == "CHART"
    }
    assert placed == set(CHARTS)


@pytest.mark.parametrize("chart", by_name(CHARTS, "slice_name"))
def test_chart__asks_a_question_and_names_known_columns(chart: dict[str, Any]) -> None:
    dataset = DATASETS[chart["dataset_uuid"]]
    assert chart["slice_name"].endswith("?"), "the title is the question that the chart answers"
    assert chart["params"]["viz_type"] == chart["viz_type"]
    assert set(used_columns(chart["params"])) <= columns_of(dataset)
    metrics = {metric["metric_name"] for metric in dataset["metrics"]}
    assert set(chart["params"].get("metrics", [])) <= metrics


@pytest.mark.parametrize("chart", by_name(CHARTS, "slice_name"))
def test_chart__shows_unit_and_as_of(chart: dict[str, Any]) -> None:
    shown = set(used_columns(chart["params"]))
    assert shown & {"unit", "counted", "step", "publication_id"}, "no unit"
    assert "as_of" in shown or chart["viz_type"] != "table", "no as-of"


@pytest.mark.parametrize("dataset", by_name(DATASETS, "table_name"))
def test_dataset__lists_exactly_the_columns_of_its_view(dataset: dict[str, Any]) -> None:
    view = VIEWS[f"{dataset['schema']}.{dataset['table_name']}"]
    calculated = [column for column in dataset["columns"] if column.get("expression")]
    listed = [column["column_name"] for column in dataset["columns"] if not column.get("expression")]
    assert listed == view
    for column in calculated:
        assert names(column["expression"]) <= set(view), column["column_name"]
    for metric in dataset["metrics"]:
        assert not re.search(r"\bsum\b", metric["expression"], re.IGNORECASE), "no figure is ever added up in a chart"


def test_bundle__holds_no_password() -> None:
    for database in ASSETS["databases"].values():
        login = database["sqlalchemy_uri"].split("//")[1].split("@")[0]
        assert login == "bi_none"
    assert b"password" not in zip_assets()


def test_colours__one_for_each_city_and_no_other_scheme() -> None:
    with (REPO / "dbt_project" / "seeds" / "places" / "places.csv").open(encoding="utf-8") as file:
        cities = {row["name"] for row in csv.DictReader(file) if row["level"] == "city"}
    for dashboard in DASHBOARDS.values():
        colours = dashboard["metadata"]["label_colors"]
        assert cities <= set(colours)
        assert len({colours[city] for city in cities}) == len(cities)
        assert dashboard["metadata"]["color_scheme_domain"] == CATEGORICAL


def test_access__names_known_dashboards_and_roles() -> None:
    plan = read_access()
    assert set(plan["dashboards"]) == {dashboard["slug"] for dashboard in DASHBOARDS.values()}
    assert {name for roles in plan["dashboards"].values() for name in roles} <= set(plan["roles"])
    assert {user["role"] for user in plan["users"].values()} <= set(plan["roles"])
