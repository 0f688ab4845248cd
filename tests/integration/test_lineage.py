"""A published build tells its lineage as OpenLineage events, and the models can be read as one page."""

from __future__ import annotations

import json
import logging
import shutil
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from openlineage.client.event_v2 import InputDataset, Job, OutputDataset, Run, RunEvent, RunState

from dbt_project.run import target_folder
from infra.settings import Settings
from reporting.lineage.site import build_site
from reporting.lineage.write import KEEP, write_lineage
from reporting.publications.build import BuildResult, build
from tests.integration.publishing import event, publishing_desk

pytestmark = pytest.mark.own_database


@pytest.fixture(scope="module")
def built(stack: Settings, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Settings, BuildResult]]:
    """One build of a dozen events that was published, with a home of its own for what it writes."""
    with publishing_desk(stack, candidate=False) as desk:
        desk.land(event(f"e{number}", "ARUA", occurred_at=datetime(2019, 1, 15, tzinfo=UTC)) for number in range(12))
        home = tmp_path_factory.mktemp("home")
        shutil.copytree(stack.home / "secrets", home / "secrets")
        settings = replace(desk.settings, home=home)
        result = build(settings, "one")
        assert result.state == "published"
        yield settings, result


def told(settings: Settings) -> list[dict[str, Any]]:
    """The events of the only build."""
    (file,) = (settings.home / "lineage" / "dbt").glob("*.jsonl")
    return [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()]


def manifest(settings: Settings) -> dict[str, Any]:
    """What dbt knows of the project."""
    content: dict[str, Any] = json.loads((target_folder(settings) / "manifest.json").read_text(encoding="utf-8"))
    return content


def test_events__are_valid(built: tuple[Settings, BuildResult]) -> None:
    for each in told(built[0]):
        RunEvent(
            eventType=RunState[each["eventType"]],
            eventTime=each["eventTime"],
            run=Run(runId=each["run"]["runId"]),
            job=Job(namespace=each["job"]["namespace"], name=each["job"]["name"]),
            producer=each["producer"],
            inputs=[InputDataset(namespace=d["namespace"], name=d["name"]) for d in each.get("inputs", [])],
            outputs=[OutputDataset(namespace=d["namespace"], name=d["name"]) for d in each.get("outputs", [])],
        )
        assert each["schemaURL"].endswith("RunEvent")


def test_each_model__starts_and_ends_within_the_build(built: tuple[Settings, BuildResult]) -> None:
    events = told(built[0])
    assert (events[0]["job"]["name"], events[-1]["job"]["name"]) == ("build_results", "build_results")
    models = events[1:-1]
    parents = {each["run"]["facets"]["parent"]["run"]["runId"] for each in models}
    assert parents == {events[0]["run"]["runId"]}
    ends: dict[str, list[str]] = {}
    for each in models:
        ends.setdefault(each["run"]["runId"], []).append(each["eventType"])
    assert set(map(tuple, ends.values())) == {("START", "COMPLETE")}


def test_each_model__has_the_inputs_of_the_manifest_and_its_columns(built: tuple[Settings, BuildResult]) -> None:
    known = manifest(built[0])
    nodes = {**known["nodes"], **known["sources"]}
    host, port = built[0].postgres_address

    def name(node: dict[str, Any]) -> str:
        return ".".join((node["database"], node["schema"], node.get("alias") or node["name"]))

    complete = [each for each in told(built[0])[1:-1] if each["eventType"] == "COMPLETE"]
    assert len(complete) > 40
    for each in complete:
        key = each["job"]["facets"]["dbt_node"]["unique_id"]
        wanted = {name(nodes[parent]) for parent in known["parent_map"][key] if parent in nodes}
        assert {data["name"] for data in each.get("inputs", [])} == wanted, key
        (output,) = each["outputs"]
        assert (output["namespace"], output["name"]) == (f"postgres://{host}:{port}", name(nodes[key]))
        fields = {field["name"] for field in output["facets"]["schema"]["fields"]}
        assert fields == set(nodes[key]["columns"])


def test_lineage__is_a_stage_of_the_build(built: tuple[Settings, BuildResult]) -> None:
    assert built[1].stages.seconds["lineage"] > 0


def test_files__of_the_last_builds_are_kept(built: tuple[Settings, BuildResult], tmp_path: Path) -> None:
    settings, _ = built
    shutil.copytree(settings.home / "dbt", tmp_path / "dbt")
    elsewhere = replace(settings, home=tmp_path)
    folder = tmp_path / "lineage" / "dbt"
    folder.mkdir(parents=True)
    for number in range(1, KEEP + 2):
        (folder / f"{number:08d}.jsonl").touch()
    written = write_lineage(elsewhere, KEEP + 2, None)
    kept = sorted(folder.iterdir())
    assert (len(kept), kept[-1], kept[0].name) == (KEEP, written, "00000003.jsonl")


def test_trouble__is_logged_with_what_to_do_and_fails_nothing(
    built: tuple[Settings, BuildResult], tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.WARNING):
        assert write_lineage(replace(built[0], home=tmp_path), 7, None) is None
    assert "lineage of build 7 was not written" in caplog.text
    assert "make environments" in caplog.text


def test_site__describes_every_model(built: tuple[Settings, BuildResult]) -> None:
    page = build_site(built[0])
    assert page == built[0].home / "docs" / "index.html"
    text = page.read_text(encoding="utf-8")
    models = [key for key in manifest(built[0])["nodes"] if key.startswith("model.")]
    assert [key for key in models if f'"{key}"' not in text] == []
