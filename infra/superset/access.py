"""Roles, users and who may open which dashboard, as roles.yaml says."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml

from infra.superset.client import Client, SupersetError

FILE = Path(__file__).parent / "roles.yaml"


def read_access(path: Path = FILE) -> dict[str, Any]:
    """The contents of roles.yaml."""
    plan: dict[str, Any] = yaml.safe_load(path.read_text(encoding="utf-8"))
    return plan


def apply_roles(client: Client, plan: dict[str, Any]) -> dict[str, int]:
    """Create the roles and give each exactly its permissions; role ids by name."""
    permissions = _permissions(client)
    ids = {row["name"]: row["id"] for row in client.rows("/api/v1/security/roles/")}
    for name, besides in plan["roles"].items():
        if name not in ids:
            ids[name] = client.send("POST", "/api/v1/security/roles/", json={"name": name})["id"]
        wanted = [*plan["reading"], *besides]
        unknown = [words for words in wanted if words not in permissions]
        if unknown:
            raise SupersetError(f"roles.yaml gives {name} permissions that this Superset does not have: {unknown}.")
        body = {"permission_view_menu_ids": [permissions[words] for words in wanted]}
        client.send("POST", f"/api/v1/security/roles/{ids[name]}/permissions", json=body)
    return ids


def apply_users(client: Client, plan: dict[str, Any], roles: dict[str, int], passwords: dict[str, str]) -> None:
    """Create the users, or give them again their one role and their generated password."""
    ids = {row["username"]: row["id"] for row in client.rows("/api/v1/security/users/")}
    for name, user in plan["users"].items():
        body = {
            "username": name,
            "first_name": user["first_name"],
            "last_name": user["last_name"],
            "email": f"{name}@corridor.invalid",
            "active": True,
            "roles": [roles[user["role"]]],
            "password": passwords[name],
        }
        if name in ids:
            client.send("PUT", f"/api/v1/security/users/{ids[name]}", json=body)
        else:
            client.send("POST", "/api/v1/security/users/", json=body)


def open_dashboards(client: Client, plan: dict[str, Any], roles: dict[str, int]) -> None:
    """Let exactly the named roles open each dashboard."""
    for slug, names in plan["dashboards"].items():
        dashboard = client.send("GET", f"/api/v1/dashboard/{slug}")["result"]
        client.send("PUT", f"/api/v1/dashboard/{dashboard['id']}", json={"roles": [roles[name] for name in names]})


def _permissions(client: Client) -> dict[str, int]:
    """Permission ids by "permission on view"; the ones of a database carry its id in Superset, not here."""
    found = {}
    # Pages without an order overlap and leave rows out.
    for row in client.rows("/api/v1/security/permissions-resources/", order_column="id", order_direction="asc"):
        view = row["view_menu"]["name"].split(".(id:")[0]
        found[f"{row['permission']['name']} on {view}"] = row["id"]
    return found
