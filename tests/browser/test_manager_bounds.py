"""What a manager must not reach, tried through the pages and past them; and what nobody sees unasked."""

from __future__ import annotations

from typing import Any

import httpx
import pytest
from playwright.sync_api import Page

from infra.settings import Settings
from infra.superset.client import Client

SLUG = "results-at-a-glance"


@pytest.fixture(scope="session")
def chart(manager_api: Client) -> dict[str, Any]:
    """A table chart of the dashboard: its id, its dataset's id and the dashboard's id."""
    charts = manager_api.send("GET", f"/api/v1/dashboard/{SLUG}/charts")["result"]
    table = next(each for each in charts if each["slice_name"].startswith("What was reported"))
    dataset = int(table["form_data"]["datasource"].split("__")[0])
    board = manager_api.send("GET", f"/api/v1/dashboard/{SLUG}")["result"]["id"]
    return {"id": table["id"], "dataset": dataset, "dashboard": board}


def ask(client: Client, chart: dict[str, Any], dataset: int | None = None, **query: Any) -> httpx.Response:
    """Ask for chart data as the dashboard does, with the query bent as a test wants it."""
    columns = {"columns": ["place", "result"], "metrics": [], "row_limit": 5, "filters": [], **query}
    body = {
        "datasource": {"id": dataset or chart["dataset"], "type": "table"},
        "form_data": {"slice_id": chart["id"], "dashboardId": chart["dashboard"]},
        "queries": [columns],
        "result_format": "json",
        "result_type": "full",
    }
    return client.answer("POST", "/api/v1/chart/data", json=body)


def custom(sql: str) -> dict[str, Any]:
    """A metric of free SQL, as a viewer may send it."""
    return {"expressionType": "SQL", "sqlExpression": sql, "label": "custom"}


def test_manager__reads_the_dashboards_charts(manager_api: Client, chart: dict[str, Any]) -> None:
    answer = ask(manager_api, chart)
    assert answer.status_code == 200, answer.text
    assert answer.json()["result"][0]["rowcount"] == 5


def test_manager__cannot_read_a_dataset_of_no_dashboard(
    manager_api: Client, admin_api: Client, chart: dict[str, Any]
) -> None:
    datasets = {row["table_name"]: row["id"] for row in admin_api.rows("/api/v1/dataset/")}
    answer = ask(manager_api, chart, dataset=datasets["indicator_results"], columns=["cell_id"])
    assert answer.status_code == 403, answer.text


@pytest.mark.parametrize(
    "sql",
    [
        "(select count(*) from published.indicator_results)",
        "(select count(*) from ops.api_keys)",
        "set_config('role', 'bi_steering', false)",
        "pg_read_file('/etc/passwd')",
        "max(actual) filter (where exists (select 1 from raw.events))",
    ],
)
def test_manager__cannot_leave_the_view_with_custom_sql(manager_api: Client, chart: dict[str, Any], sql: str) -> None:
    answer = ask(manager_api, chart, columns=[], metrics=[custom(sql)])
    assert answer.status_code in (400, 403, 422), answer.text


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/api/v1/database/"),
        ("GET", "/api/v1/database/1"),
        ("GET", "/api/v1/security/users/"),
        ("GET", "/api/v1/security/roles/"),
        ("GET", "/api/v1/query/"),
        ("GET", "/api/v1/assets/export/"),
        ("GET", "/api/v1/rowlevelsecurity/"),
        ("POST", "/api/v1/sqllab/execute/"),
        ("POST", "/api/v1/assets/import/"),
        ("POST", "/api/v1/chart/"),
        ("POST", "/api/v1/dashboard/"),
        ("POST", "/api/v1/dataset/"),
        ("POST", "/api/v1/security/guest_token/"),
        ("PUT", "/api/v1/dashboard/1"),
        ("DELETE", "/api/v1/dashboard/1"),
        ("DELETE", "/api/v1/chart/1"),
    ],
)
def test_manager__is_refused_elsewhere(manager_api: Client, method: str, path: str) -> None:
    answer = manager_api.answer(method, path, json=None if method == "GET" else {})
    assert answer.status_code in (401, 403, 404), f"{answer.status_code} {answer.text[:300]}"


def test_manager__sees_one_dashboard_and_no_lists(manager_api: Client) -> None:
    assert [row["slug"] for row in manager_api.rows("/api/v1/dashboard/")] == [SLUG]
    assert list(manager_api.rows("/api/v1/chart/")) == []
    assert list(manager_api.rows("/api/v1/dataset/")) == []


def test_manager__cannot_open_sql_lab(stack: Settings, manager_page: Page) -> None:
    answer = manager_page.goto(f"{stack.superset_url}/sqllab/")
    assert answer is not None
    assert "/sqllab" not in manager_page.url or answer.status in (401, 403, 404)
    assert manager_page.locator(".SqlLab, .sql-toolbar").count() == 0
    assert manager_page.get_by_role("menuitem", name="SQL").count() == 0


def test_administrator__has_no_audience_and_reads_no_figure(admin_api: Client, chart: dict[str, Any]) -> None:
    answer = ask(admin_api, chart)
    assert answer.status_code >= 400, "the administrator of Superset is no reader of the warehouse"
    assert "permission denied" in answer.text


@pytest.mark.parametrize(
    "path", [f"/superset/dashboard/{SLUG}/", "/superset/welcome/", "/sqllab/", "/dashboard/list/", "/chart/list/"]
)
def test_anonymous__is_asked_to_sign_in(stack: Settings, page: Page, path: str) -> None:
    page.goto(f"{stack.superset_url}{path}")
    page.wait_for_url("**/login/**", timeout=15_000)
    assert page.locator('[data-test="chart-grid-component"]').count() == 0


@pytest.mark.parametrize("path", [f"/api/v1/dashboard/{SLUG}", f"/api/v1/dashboard/{SLUG}/charts", "/api/v1/dataset/"])
def test_anonymous__gets_no_answer_from_the_api(stack: Settings, path: str) -> None:
    answer = httpx.get(f"{stack.superset_url}{path}")
    assert answer.status_code in (401, 403, 404) or answer.json().get("count") == 0


def test_anonymous__cannot_ask_for_chart_data(stack: Settings, chart: dict[str, Any]) -> None:
    with Client(stack.superset_url) as nobody:
        assert ask(nobody, chart).status_code in (400, 401, 403)


def test_cached_answer__does_not_cross_audiences(manager_api: Client, admin_api: Client, chart: dict[str, Any]) -> None:
    query: dict[str, Any] = {"columns": ["place", "indicator"], "row_limit": 7}
    assert ask(manager_api, chart, **query).status_code == 200
    again = ask(manager_api, chart, **query).json()["result"][0]
    assert again["is_cached"], "the second answer should come from the cache, or this test proves nothing"
    assert "permission denied" in ask(admin_api, chart, **query).text
