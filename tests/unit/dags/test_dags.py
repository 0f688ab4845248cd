"""The DAG files: light to parse, one run at a time, and each says what it does and what to do when it fails."""

from __future__ import annotations

from typing import Any

import pytest

from tests.unit.dags.parsing import NAMES, parse

Dags = dict[str, dict[str, Any]]
#: The headings of each file's documentation; a new file needs its line here.
HEADINGS = {
    "build_results": ("### What", "### Why", "### When it fails"),
    "erase_people": ("**What.**", "**Promise.**", "**When it is red.**"),
    "keep_no_longer": ("**What.**", "**Promise.**", "**When it is red.**"),
    "load_events": ("**What.**", "**Why it is safe.**", "**When it fails.**"),
    "pull_kobo": ("**What.**", "**Why it is safe.**", "**When it fails.**"),
    "reconcile_loads": ("**What.**", "**Why it raises no false alarm.**", "**When it is red.**"),
}


@pytest.fixture(scope="module")
def dags() -> Dags:
    return parse()


@pytest.mark.parametrize("name", NAMES)
def test_dag__is_light_and_runs_alone(dags: Dags, name: str) -> None:
    dag = dags[name]
    assert dag["dag_id"] == name
    assert dag["heavy"] == []
    assert (dag["runs"], dag["catchup"]) == (1, False)


@pytest.mark.parametrize("name", NAMES)
def test_dag__says_what_why_and_what_to_do(dags: Dags, name: str) -> None:
    assert [heading for heading in HEADINGS[name] if heading not in dags[name]["doc"]] == []


def test_load_events__tells_that_events_are_loaded(dags: Dags) -> None:
    dag = dags["load_events"]
    assert dag["tasks"] == ["finish", "load_share", "plan"]
    assert dag["outlets"]["finish"] == ["events_loaded"]
    assert all(retries > 0 for retries in dag["retries"].values())


def test_build_results__is_woken_by_loads(dags: Dags) -> None:
    dag = dags["build_results"]
    assert dag["tasks"] == ["build_results"]
    assert (dag["woken_by"], dag["besides"]) == ("events_loaded", "5-59/10 * * * *")


def test_pull_kobo__is_off_by_default(dags: Dags) -> None:
    dag = dags["pull_kobo"]
    assert (dag["tasks"], dag["scheduled"]) == (["pull"], False)
    assert dag["retries"]["pull"] > 0


def test_reconcile_loads__tries_again(dags: Dags) -> None:
    dag = dags["reconcile_loads"]
    assert dag["tasks"] == ["reconcile"]
    assert dag["retries"]["reconcile"] > 0
