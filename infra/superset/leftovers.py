"""Removes from Superset what was imported once and is no longer among the files."""

from __future__ import annotations

import json
from typing import Any

from infra.superset.client import Client

#: What the files carry as `certified_by`; a chart that someone made in the browser does not, and stays.
MARK = "Corridor"
#: In this order, because a dashboard holds charts and a chart its dataset.
KINDS = {"dashboards": "dashboard", "charts": "chart", "datasets": "dataset"}


def is_ours(row: dict[str, Any]) -> bool:
    """True if a row of a list endpoint was made from a file."""
    if "certified_by" in row:
        return bool(row["certified_by"] == MARK)
    extra = json.loads(row.get("extra") or "{}")
    return bool((extra.get("certification") or {}).get("certified_by") == MARK)


def remove_leftovers(client: Client, assets: dict[str, dict[str, dict[str, Any]]]) -> list[str]:
    """Delete the marked assets whose uuid is not in `assets`; what was deleted, in words."""
    removed = []
    for kind, path in KINDS.items():
        for row in list(client.rows(f"/api/v1/{path}/")):
            if is_ours(row) and str(row["uuid"]) not in assets[kind]:
                client.send("DELETE", f"/api/v1/{path}/{row['id']}")
                name = row.get("dashboard_title") or row.get("slice_name") or row.get("table_name")
                removed.append(f"{path} {name!r}")
    return removed
