"""The dashboard in a real browser: every chart drawn, the published numbers on the page, filters that work."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Browser, ConsoleMessage, Page

from infra.settings import Settings
from infra.superset.browser import HEIGHT, WIDTH, open_dashboard, open_tab, sign_in, wait_until_drawn

SLUG = "results-at-a-glance"
#: The one address that Superset's pages ask for elsewhere; the content security policy stops it.
BLOCKED_PIXEL = "scarf.sh"
TABLES = {
    "Results and targets": ("How fresh", "What has the programme", "What do the sources say", "How far has each"),
    "Place by place": ("What was reported",),
    "Where the figures come from": ("Where does each",),
    "Context, not results": ("What surrounds",),
}
TABS = tuple(TABLES)


def rows(page: Page, chart: str) -> list[dict[str, str]]:
    """The rows of a table chart as a reader sees them: column name to text."""
    return page.locator(f'[data-test-chart-name^="{chart}"] tbody tr').evaluate_all(
        """found => found.map(row => Object.fromEntries([...row.querySelectorAll('td')].map(
            cell => [cell.getAttribute('aria-labelledby').replace('header-', ''), cell.innerText.trim()])))"""
    )


def find(table: list[dict[str, str]], **wanted: str) -> list[dict[str, str]]:
    """The rows that have exactly the wanted texts."""
    return [row for row in table if all(row.get(column) == text for column, text in wanted.items())]


@dataclass(frozen=True)
class Visit:
    """What one visit to all tabs showed: the rows of each table, the text of each tab, what the console said."""

    tables: dict[str, list[dict[str, str]]]
    texts: dict[str, str]
    complaints: list[str]
    answered: list[str]


@pytest.fixture(scope="module")
def visit(stack: Settings, chromium: Browser, screenshots: Path) -> Visit:
    """Sign in through the form, walk through all tabs, and keep what was seen."""
    seen = Visit({}, {}, [], [])

    def listen(message: ConsoleMessage) -> None:
        if message.type == "error" and BLOCKED_PIXEL not in message.text:
            seen.complaints.append(f"{message.text} ({message.location.get('url')})")

    page = chromium.new_page(viewport={"width": WIDTH, "height": HEIGHT})
    page.on("console", listen)
    page.on("pageerror", lambda error: seen.complaints.append(str(error)))
    page.on("response", lambda response: seen.answered.append(response.url))
    sign_in(page, stack.superset_url, "manager", stack.secret("superset_manager"))
    assert f"/superset/dashboard/{SLUG}/" in page.url, "the manager does not land on the dashboard"
    wait_until_drawn(page)
    for number, tab in enumerate(TABS, 1):
        open_tab(page, tab)
        page.screenshot(path=screenshots / f"results-at-a-glance-{number}.png", full_page=True)
        seen.texts[tab] = page.inner_text("body")
        for chart in TABLES[tab]:
            seen.tables[chart] = rows(page, chart)
    page.close()
    return seen


def test_every_tab__is_drawn_without_complaint(visit: Visit) -> None:
    assert visit.complaints == []
    assert all(visit.tables.values()), "a table is empty"


def test_no_request__leaves_for_another_host(stack: Settings, visit: Visit) -> None:
    assert visit.answered
    assert [url for url in visit.answered if not url.startswith((stack.superset_url, "data:", "blob:"))] == []


def test_every_tab__says_as_of_when(visit: Visit) -> None:
    for text in visit.texts.values():
        assert re.search(r"\d{1,2} [A-Z][a-z]{2} \d{4} \d\d:\d\d UTC", text)


@pytest.mark.parametrize(
    ("indicator", "result", "place"),
    [
        ("Youth submitting proposals", "118", "Kairouan and Jendouba jointly"),
        ("Female share of youth submitting proposals", "65%", "Kairouan and Jendouba jointly"),
        ("Tourism sites and itineraries mapped", "7", "Kairouan and Jendouba jointly"),
        ("Households enumerated", "Almost all", "Uganda"),
        ("Stakeholder participations in dialogues", "40", "Kairouan and Jendouba jointly"),
    ],
)
def test_headlines__show_the_figure(visit: Visit, indicator: str, result: str, place: str) -> None:
    found = find(visit.tables["What has the programme"], indicator=indicator)
    assert [(row["result"], row["place"]) for row in found] == [(result, place)]


def test_headlines__name_the_figures_before(visit: Visit) -> None:
    cards = {row["indicator"]: row for row in visit.tables["What has the programme"]}
    assert "nearly USD 700,000 (Phase I, by Apr 2021)" in cards["Remittance savings formalised"]["earlier"]
    assert cards["Students in after-school programmes"]["earlier"].startswith("600 (Phase I")
    assert "100% of 25,000" in cards["Financial advisories delivered"]["standing"]


def test_proposals__by_city_and_funder_with_the_doubt(visit: Visit) -> None:
    table = visit.tables["What do the sources say"]
    joint = "Kairouan and Jendouba jointly"
    figures = {(row["indicator"], row["place"]): row["result"] for row in table}
    assert figures == {
        ("Youth submitting proposals", "Kairouan"): "81",
        ("Youth submitting proposals", "Jendouba"): "37",
        ("Youth submitting proposals", joint): "118",
        ("Female share of youth submitting proposals", joint): "65%",
        ("Entrepreneurial proposals funded by the project", joint): "60",
        ("Entrepreneurial proposals funded by others", joint): "58",
    }
    assert "Ambiguous" in find(table, result="65%")[0]["note"]


def test_targets__advisories_met_and_households_in_words(visit: Visit) -> None:
    table = visit.tables["How far has each"]
    met = find(table, indicator="Financial advisories delivered", result="25,000")
    assert [(row["target_text"], row["achievement"], row["status"]) for row in met] == [
        ("25,000", "100%", "● achieved")
    ]
    households = find(table, indicator="Households enumerated")
    assert [(row["target_text"], row["result"], row["status"]) for row in households] == [
        ("13,000", "Almost all", "≈ in words only")
    ]


def test_targets__both_labour_targets_one_current(visit: Visit) -> None:
    found = find(
        visit.tables["How far has each"], indicator="People benefiting from services to access new or better work"
    )
    assert {(row["target_text"], row["target_mark"]) for row in found} == {
        ("at least 60,000", "current"),
        ("over 70,000", "also stated"),
    }


def test_targets__missing_number_is_shown_as_missing(visit: Visit) -> None:
    found = find(visit.tables["How far has each"], indicator="People gaining access to basic municipal services")
    assert {(row["target_text"], row["status"]) for row in found} == {
        ("over 180,000", "○ no figure yet"),
        ("no number in the source", "? target has no number"),
    }


def test_places__list_every_stated_figure_once(visit: Visit) -> None:
    table = visit.tables["What was reported"]
    savings = find(table, indicator="Remittance savings formalised")
    assert [row["result"] for row in savings] == ["nearly USD 700,000", "USD 2,400,000", "over USD 5,000,000"]
    sites = {row["place"]: row["result"] for row in find(table, indicator="Tourism sites and itineraries mapped")}
    assert sites == {"Kairouan": "3", "Jendouba": "4", "Kairouan and Jendouba jointly": "7"}
    stakeholders = find(table, indicator="Stakeholder participations in dialogues", result="40")
    assert [row["place"] for row in stakeholders] == ["Kairouan and Jendouba jointly"]


def test_sources__give_phrase_and_document(visit: Visit) -> None:
    found = find(visit.tables["Where does each"], result="nearly USD 700,000")
    assert [(row["phrase"], row["document"]) for row in found] == [
        (
            "So far, nearly US $700,000 in remittances have been formally saved",
            "First triannual update 2021 (003)",
        )
    ]


def test_context__is_kept_apart_from_results(visit: Visit) -> None:
    results = {row["indicator"] for row in visit.tables["What was reported"]}
    table = visit.tables["What surrounds"]
    assert not results & {row["indicator"] for row in table}
    assert find(table, indicator="Contribution of migrants to global GDP")[0]["result"].endswith("USD 6.7 trillion")
    assert find(table, indicator="Women among remittance recipients")[0]["result"] == "63–70%"
    assert not re.search("5116|3756", visit.texts["Context, not results"]), "a garbled figure was published"


@pytest.fixture
def dashboard(stack: Settings, manager_page: Page) -> Page:
    """The manager's window with the first tab drawn."""
    open_dashboard(manager_page, stack.superset_url, SLUG)
    return manager_page


def test_place_filter__narrows_every_table_to_the_place(dashboard: Page) -> None:
    choose(dashboard, "Place", "Kairouan")
    open_tab(dashboard, "Place by place")
    table = rows(dashboard, "What was reported")
    assert {row["place"] for row in table} == {"Kairouan"}
    assert find(table, indicator="Youth submitting proposals")[0]["result"] == "81"


def test_phase_filter__shows_the_latest_figure_of_the_phase(dashboard: Page) -> None:
    choose(dashboard, "Phase", "Phase II")
    table = rows(dashboard, "How far has each")
    assert table
    assert find(table, indicator="Financial advisories delivered") == []


def choose(page: Page, filter_name: str, value: str) -> None:
    """Pick one value of a dashboard filter, apply it, and wait for the charts."""
    item = page.locator('[data-test="filter-bar"] form > div, [data-test="filter-bar"] .ant-form-item').filter(
        has_text=filter_name
    )
    item.locator("input").first.click()
    page.locator(".ant-select-item-option").filter(has_text=re.compile(f"^{re.escape(value)}$")).first.click()
    page.keyboard.press("Escape")
    with page.expect_response(re.compile("/api/v1/chart/data")):
        page.get_by_role("button", name="Apply").click()
    wait_until_drawn(page)
