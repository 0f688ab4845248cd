"""Importing again changes nothing; what left the files leaves Superset; what people made stays."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from infra.settings import Settings
from infra.superset.bundle import read_assets
from infra.superset.client import Client
from infra.superset.importer import import_all


def inventory(client: Client) -> dict[str, dict[str, int]]:
    """Ids by uuid of all dashboards, charts and datasets."""
    return {
        kind: {row["uuid"]: row["id"] for row in client.rows(f"/api/v1/{kind}/")}
        for kind in ("dashboard", "chart", "dataset")
    }


@pytest.fixture
def strays(admin_api: Client) -> Iterator[dict[str, int]]:
    """A chart that a person made, and one that a file made that is there no more; ids by name."""
    dataset = next(row["id"] for row in admin_api.rows("/api/v1/dataset/"))
    body: dict[str, Any] = {"viz_type": "table", "datasource_id": dataset, "datasource_type": "table", "params": "{}"}
    made = {}
    for name, mark in (("own", None), ("left over", "Corridor")):
        chart = {**body, "slice_name": f"stray: {name}", "certified_by": mark}
        made[name] = admin_api.send("POST", "/api/v1/chart/", json=chart)["id"]
    yield made
    for chart_id in made.values():
        admin_api.answer("DELETE", f"/api/v1/chart/{chart_id}")


def test_import__again_keeps_every_id(stack: Settings, admin_api: Client) -> None:
    before = inventory(admin_api)
    import_all(stack)
    assert inventory(admin_api) == before
    assets = read_assets()
    assert {kind: len(found) for kind, found in before.items()} == {
        "dashboard": len(assets["dashboards"]),
        "chart": len(assets["charts"]),
        "dataset": len(assets["datasets"]),
    }


def test_import__removes_what_left_the_files_only(stack: Settings, admin_api: Client, strays: dict[str, int]) -> None:
    said = import_all(stack)
    left = {row["id"] for row in admin_api.rows("/api/v1/chart/")}
    assert strays["left over"] not in left
    assert strays["own"] in left
    assert any("stray: left over" in sentence for sentence in said)


def test_import__takes_back_a_right_that_somebody_added(stack: Settings, admin_api: Client) -> None:
    role = next(row["id"] for row in admin_api.rows("/api/v1/security/roles/") if row["name"] == "Manager")
    everything = {row["id"] for row in admin_api.rows("/api/v1/security/permissions-resources/")}
    path = f"/api/v1/security/roles/{role}/permissions"
    planned = {row["id"] for row in admin_api.send("GET", f"{path}/")["result"]}
    one_more = sorted(everything - planned)[0]
    admin_api.send("POST", path, json={"permission_view_menu_ids": [*planned, one_more]})
    import_all(stack)
    assert {row["id"] for row in admin_api.send("GET", f"{path}/")["result"]} == planned
