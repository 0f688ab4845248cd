"""An engineer may ask questions in SQL Lab, of the views only, and change nothing."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from infra.settings import Settings
from infra.superset.client import Client


@pytest.fixture(scope="module")
def engineer(stack: Settings, admin_api: Client) -> Iterator[Client]:
    """The REST session of an engineer who exists for these tests only."""
    name, password = f"engineer-{secrets.token_hex(3)}", secrets.token_urlsafe(16)
    role = next(row["id"] for row in admin_api.rows("/api/v1/security/roles/") if row["name"] == "Engineer")
    person: dict[str, Any] = {
        "username": name,
        "first_name": "Test",
        "last_name": "Engineer",
        "email": f"{name}@corridor.invalid",
        "active": True,
        "roles": [role],
        "password": password,
    }
    made = admin_api.send("POST", "/api/v1/security/users/", json=person)["id"]
    with Client(stack.superset_url) as client:
        client.sign_in(name, password)
        yield client
    # Superset keeps what somebody asked, so a user who asked cannot be deleted.
    admin_api.send("PUT", f"/api/v1/security/users/{made}", json={**person, "active": False})


def run(client: Client, sql: str) -> httpx.Response:
    """Run `sql` in SQL Lab on the warehouse."""
    database = next(row["id"] for row in client.rows("/api/v1/database/") if row["database_name"] == "warehouse")
    body = {"database_id": database, "sql": sql, "schema": "results", "runAsync": False}
    return client.answer("POST", "/api/v1/sqllab/execute/", json=body)


def test_engineer__reads_the_views(engineer: Client) -> None:
    answer = run(engineer, "select result from results.v_readable_results where result = '118'")
    assert answer.status_code == 200, answer.text
    assert answer.json()["data"][0] == {"result": "118"}


@pytest.mark.parametrize(
    "sql",
    [
        "select * from published.indicator_results",
        "select * from results_exact.indicator_results",
        "select * from raw.events",
        "select * from ops.api_keys",
        "delete from results.indicator_results",
        "create table results.mine (a int)",
        "set role bi_steering; select * from results_exact.indicator_results",
        "set default_transaction_read_only = off; create temporary table mine (a int)",
    ],
)
def test_engineer__is_refused_the_rest(engineer: Client, sql: str) -> None:
    answer = run(engineer, sql)
    assert answer.status_code >= 400, answer.text
