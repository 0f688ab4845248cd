"""The partner pages in a real browser with scripts switched off: each step that a city without programmers takes."""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import psycopg
import pytest
from playwright.sync_api import Browser, Page, expect

from infra.settings import Settings
from ingestion.partner_client.corridor_client import send_events
from tests.gateways import run_gateway
from tests.support import wait_for

NAMES = {"home": "", "files": "/files", "try": "/try", "receipts": "/receipts", "data": "/data", "period": "/period"}
#: What a script-free accessibility check can see: names of controls, one heading of the first rank, a language.
UNNAMED = """() => [...document.querySelectorAll('input:not([type=hidden]), select, textarea, button, a')]
    .filter(e => !(e.labels && e.labels.length) && !e.getAttribute('aria-label') && !e.textContent.trim())
    .map(e => e.outerHTML)"""

#: Texts whose contrast with their ground is below WCAG AA, with the ratio.
FAINT = """() => {
    const parts = colour => (colour.match(/[\\d.]+/g) || []).map(Number);
    const light = ([r, g, b]) => [r, g, b].map(c => c / 255)
        .map(c => c <= 0.03928 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4)
        .reduce((sum, c, i) => sum + c * [0.2126, 0.7152, 0.0722][i], 0);
    const ground = e => { for (; e; e = e.parentElement) {
        const found = parts(getComputedStyle(e).backgroundColor);
        if (found.length === 3 || found[3] > 0) return found; } return [255, 255, 255]; };
    return [...document.querySelectorAll('body *')]
        .filter(e => [...e.childNodes].some(n => n.nodeType === 3 && n.textContent.trim()))
        .map(e => { const s = getComputedStyle(e), a = light(parts(s.color)), b = light(ground(e));
            const size = parseFloat(s.fontSize), large = size >= 24 || (size >= 18.66 && s.fontWeight >= 700);
            const ratio = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
            return ratio < (large ? 3 : 4.5) ? `${ratio.toFixed(2)} ${e.outerHTML.slice(0, 80)}` : ''; })
        .filter(Boolean); }"""
#: Headings that skip a rank, and cells of tables without a heading.
UNSTRUCTURED = """() => [
    ...[...document.querySelectorAll('h1, h2, h3')]
        .filter((h, i, all) => i && h.tagName[1] - all[i - 1].tagName[1] > 1),
    ...[...document.querySelectorAll('table')].filter(t => !t.querySelector('th')),
    ...[...document.querySelectorAll('svg')].filter(s => !s.getAttribute('aria-label')),
    ...[...document.querySelectorAll('nav, section')].filter(n =>
        !n.getAttribute('aria-label') && !n.getAttribute('aria-labelledby') && !n.querySelector('h2')),
    ].map(e => e.outerHTML.slice(0, 80))"""


@dataclass(frozen=True)
class Desk:
    """A partner of this test alone, with a key of its city, and the programme officer's key."""

    url: str
    partner: str
    prefix: str
    key: str
    officer_key: str

    def page(self, chromium: Browser, language: str = "en", width: int = 1100, *, key: str | None = None) -> Page:
        """A window without scripts that is signed in, in a language."""
        context = chromium.new_context(
            java_script_enabled=False, locale=language, viewport={"width": width, "height": 740}
        )
        page = context.new_page()
        page.goto(f"{self.url}/partner/sign-in")
        page.fill("#key", key or self.key)
        page.locator("main button").click()
        page.wait_for_url(f"{self.url}/partner")
        return page


@pytest.fixture(scope="module")
def desk(stack: Settings, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    from ingestion.keys import create_key

    partner = f"adama-city-{secrets.token_hex(3)}"
    scope = {"programme": "SIM", "source_prefix": f"urn:{partner}", "cities": ["ADAMA"]}
    key = create_key(stack.dsn("owner"), partner=partner, **scope)  # type: ignore[arg-type]
    officer = create_key(
        stack.dsn("owner"),
        programme="SIM",
        partner=f"{partner}-officer",
        source_prefix=f"urn:officer:{partner}",
        role="programme_officer",
    )
    with run_gateway(stack, tmp_path_factory.mktemp("gateway")) as gateway:
        yield Desk(gateway.url, partner, f"urn:{partner}", key, officer)


@pytest.fixture
def page(desk: Desk, chromium: Browser) -> Iterator[Page]:
    opened = desk.page(chromium)
    yield opened
    opened.context.close()


@pytest.fixture(scope="module")
def sent(desk: Desk, stack: Settings) -> int:
    """Forty arrivals of which five are refused, loaded."""
    events = [
        {
            "specversion": "1.0",
            "id": f"arrivals-{number}",
            "source": f"{desk.prefix}:gate",
            "type": "arrival.counted.v1",
            "subject": f"gate-{number}",
            "time": "2016-08-20T08:00:00+03:00",
            "city": "ADAMA",
            "data": {"direction": "in", "count": number if number % 8 else "many", "place_name": "north gate",
                     "estimate": False},
        }
        for number in range(40)
    ]  # fmt: skip
    assert send_events(events, desk.key, desk.url).accepted == 35
    with psycopg.connect(stack.dsn("owner"), autocommit=True) as owner:
        count = "select count(*) from raw.events where partner = %s and id like 'arrivals-%%'"
        wait_for(lambda: owner.execute(count, [desk.partner]).fetchone() == (35,), 90, "the events to be loaded")
        refused = "select count(*) from raw.rejected_events where partner = %s"
        wait_for(lambda: owner.execute(refused, [desk.partner]).fetchone() == (5,), 90, "the refusals to be loaded")
    return 35


def _shoot(page: Page, screenshots: Path, name: str) -> None:
    """The page from its top, as far down as a reader of the docs wants to scroll."""
    size = page.evaluate("[document.documentElement.clientWidth, document.documentElement.scrollHeight]")
    clip = {"x": 0, "y": 0, "width": size[0], "height": min(size[1], 1400)}
    page.screenshot(path=screenshots / f"partner-{name}.png", full_page=True, clip=clip)  # type: ignore[arg-type]


def test_wrong_key__is_told_and_nothing_opens(desk: Desk, chromium: Browser, screenshots: Path) -> None:
    context = chromium.new_context(java_script_enabled=False, locale="fr")
    page = context.new_page()
    page.goto(f"{desk.url}/partner/data")
    expect(page).to_have_url(f"{desk.url}/partner/sign-in")
    _shoot(page, screenshots, "sign-in-fr")
    page.fill("#key", "ck_00000000_" + "x" * 43)
    page.locator("main button").click()
    expect(page.get_by_role("alert")).to_contain_text("clé")
    assert all(cookie["name"] != "corridor_session" for cookie in context.cookies())
    context.close()


def test_session__is_for_this_browser_and_ends(page: Page, desk: Desk) -> None:
    (cookie,) = [each for each in page.context.cookies() if each["name"] == "corridor_session"]
    assert (cookie["httpOnly"], cookie["sameSite"]) == (True, "Strict")
    assert desk.key not in cookie["value"]
    assert desk.key not in page.content()
    page.get_by_role("button", name="Sign out").click()
    expect(page).to_have_url(f"{desk.url}/partner/sign-in")
    page.goto(f"{desk.url}/partner")
    expect(page).to_have_url(f"{desk.url}/partner/sign-in")


@pytest.mark.parametrize(("language", "width"), [("en", 1100), ("ar", 360), ("es", 360), ("fr", 360)])
def test_pages__fit_and_name_everything(
    desk: Desk, chromium: Browser, sent: int, screenshots: Path, language: str, width: int
) -> None:
    page = desk.page(chromium, language, width)
    for name, path in NAMES.items():
        response = page.goto(f"{desk.url}/partner{path}")
        assert response is not None
        assert response.status == 200, name
        assert "script" not in response.headers["content-security-policy"], "no script may run"
        assert page.evaluate("document.documentElement.scrollWidth") <= width, f"{name} is wider than the screen"
        assert page.evaluate(UNNAMED) == [], name
        assert page.evaluate(FAINT) == [], name
        assert page.evaluate(UNSTRUCTURED) == [], name
        assert page.locator("main").count() == 1, name
        assert page.locator("h1").count() == 1, name
        assert page.locator("html").get_attribute("lang") == language
        assert page.locator("html").get_attribute("dir") == ("rtl" if language == "ar" else "ltr")
        if language in ("en", "ar"):
            _shoot(page, screenshots, f"{name}-{language}")
    page.context.close()


def test_keyboard__is_enough(page: Page, desk: Desk) -> None:
    page.goto(f"{desk.url}/partner")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    page.keyboard.press("Enter")
    assert page.url.endswith("#content")
    page.goto(f"{desk.url}/partner/try")
    page.locator("#event").focus()
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.get_by_role("status")).to_contain_text("would be accepted")


def test_try__answers_like_the_real_thing_and_stores_nothing(page: Page, desk: Desk, stack: Settings) -> None:
    page.goto(f"{desk.url}/partner/try?type=clinic.visit.v1")
    text = page.locator("#event").input_value()
    page.fill("#event", text.replace('"first"', '"second"').replace('"follow_up"', '"second"'))
    page.get_by_role("button", name="Check it").click()
    expect(page.get_by_role("alert")).to_contain_text("visit_kind must be one of: first, follow_up")
    assert '"second"' in page.locator("#event").input_value(), "what was typed stays"
    page.fill("#event", '{"id": 1,')
    page.get_by_role("button", name="Check it").click()
    expect(page.get_by_role("alert")).to_contain_text("line 1")


def test_file__is_checked_mended_and_sent_again(
    page: Page, desk: Desk, tmp_path: Path, screenshots: Path, stack: Settings
) -> None:
    header = "record_id,time,direction,count,place_name,estimate\n"
    rows = [f"bus-{n},2016-07-{n + 1:02d},in,{20 + n},bus park,no\n" for n in range(25)]
    wrong = {3: rows[3].replace("in", "inside"), 7: rows[7].replace("bus park", "ask 0911 223 344")}
    file = tmp_path / "arrivals.csv"
    file.write_text(header + "".join(wrong.get(n, row) for n, row in enumerate(rows)), encoding="utf-8")

    page.goto(f"{desk.url}/partner/files")
    page.select_option("#type", "arrival.counted.v1")
    page.get_by_role("button", name="Choose").click()
    with page.expect_download() as template:
        page.get_by_role("link", name="Download the template for Excel").click()
    assert template.value.path().read_bytes()[:2] == b"PK"
    page.set_input_files("#file", file)
    page.get_by_role("button", name="Check and send").click()
    expect(page.get_by_role("alert")).to_contain_text("Some rows were refused")
    expect(page.locator("dl.figures")).to_contain_text("23")
    reasons = page.locator("tbody").first
    expect(reasons).to_contain_text("telephone number")
    assert "0911" not in page.content(), "what was refused is not shown again"
    _shoot(page, screenshots, "file-checked-en")

    with page.expect_download() as refused:
        page.get_by_role("link", name="Download the refused rows (CSV)").click()
    mended = tmp_path / "mended.csv"
    text = refused.value.path().read_text(encoding="utf-8-sig")
    mended.write_text(text.replace("inside", "in").replace("ask 0911 223 344", "bus park"), encoding="utf-8")
    page.get_by_role("link", name="Send another file").click()
    page.set_input_files("#file", mended)
    page.get_by_role("button", name="Check and send").click()
    expect(page.get_by_role("status")).to_contain_text("Every row was taken")
    expect(page.locator("dl.figures div").nth(1)).to_contain_text("2")
    page.get_by_role("link", name="See the receipt").click()
    _until(page, "the rows to be recorded", lambda: "Recorded" in page.content() or "published" in page.content())


def test_receipts__say_what_became_of_each_event(page: Page, desk: Desk, sent: int, screenshots: Path) -> None:
    page.goto(f"{desk.url}/partner/receipts")
    page.locator("tbody tr", has_text="5 refused").locator("a").click()
    expect(page.locator("tbody tr").first).to_contain_text("count must be a whole number")
    _shoot(page, screenshots, "receipt-en")
    page.goto(f"{desk.url}/partner/receipts/rcp_nonsense")
    expect(page.get_by_role("alert")).to_contain_text("no such receipt")


def test_my_data__counts_what_came_and_says_why_not(page: Page, desk: Desk, sent: int) -> None:
    page.goto(f"{desk.url}/partner/data")
    figures = page.locator("dl.figures div")
    assert int(figures.nth(0).locator("dd").inner_text()) >= 35
    assert int(figures.nth(1).locator("dd").inner_text()) >= 5
    expect(page.locator("#reasons + table")).to_contain_text("schema_violation")
    expect(page.locator("svg rect.yes")).to_have_count(12)
    published = page.locator("section", has=page.locator("#published"))
    if published.locator("table").count():  # of the simulated programme
        expect(published).to_contain_text("Simulated figures")


def _until(page: Page, text: str, look: Callable[[], bool]) -> None:
    """Load the page anew, as a person would, until it shows what was done."""

    def again() -> bool:
        page.reload()
        return look()

    wait_for(again, 120, text, every=1.0)


@pytest.fixture
def quarter(owner: psycopg.Connection) -> str:
    """A quarter that nobody submitted yet, with figures if there is one: on a stack in use each run takes another."""
    with_figures = """select distinct date_trunc('quarter', period_end)::date::text from results.v_readable_results
        where programme_code = 'SIM' and place_code = 'ADAMA' and dimension = 'total' and has_result
            and period_precision in ('month', 'quarter') order by 1 desc"""
    starts = [row[0] for row in owner.execute(with_figures)]
    starts += [f"{year}-07-01" for year in range(2016, 2000, -1)]
    used = {row[0] for row in owner.execute("select period_start from ops.v_period_steps where city = 'ADAMA'")}
    start = next(start for start in starts if start not in used)
    return f"{start[:4]}-Q{(int(start[5:7]) + 2) // 3}"


def test_period__is_submitted_returned_and_validated(
    desk: Desk, chromium: Browser, screenshots: Path, sent: int, quarter: str
) -> None:
    city, officer = desk.page(chromium), desk.page(chromium, key=desk.officer_key)
    address = f"{desk.url}/partner/period/ADAMA/{quarter}"

    def may_decide(text: str) -> bool:
        """The text and the step are two events, which may be loaded one after the other."""
        return text in officer.content() and officer.get_by_role("button", name="Validate").count() == 1

    city.goto(address)
    city.fill("#narrative", "Ask Amina, 0911 223 344.")
    city.get_by_role("button", name="Submit to the programme").click()
    expect(city.get_by_role("alert")).to_contain_text("telephone number")
    assert "0911 223 344" in city.locator("#narrative").input_value(), "what was written stays"
    city.fill("#narrative", "The second desk opened.\nMost people came from rural Arsi.")
    city.get_by_role("button", name="Submit to the programme").click()
    expect(city.get_by_role("status")).to_contain_text("being recorded")

    officer.goto(address)
    _until(officer, "the officer to see the text", lambda: may_decide("rural Arsi"))
    officer.get_by_role("button", name="Return to the city").click()
    expect(officer.get_by_role("alert")).to_be_visible()  # a comment is needed
    officer.fill("#comment", "Is the last month complete?")
    officer.get_by_role("button", name="Return to the city").click()

    city.goto(address)
    _until(city, "the city to see the question", lambda: "Is the last month complete?" in city.content())
    _shoot(city, screenshots, "period-returned-en")
    city.fill("#narrative", "The second desk opened; the last month is complete.")
    city.get_by_role("button", name="Submit to the programme").click()

    officer.goto(address)
    _until(officer, "the new text", lambda: may_decide("the last month is complete"))
    _shoot(officer, screenshots, "period-officer-en")
    officer.get_by_role("button", name="Validate").click()
    _until(city, "the city to see the validation", lambda: "Validated" in city.locator("main").inner_text())
    assert city.locator("form textarea").count() == 0, "a validated period is not written on"
    for opened in (city, officer):
        opened.goto(f"{desk.url}/partner/period")
        expect(opened.locator("tbody")).to_contain_text("Validated")
        opened.context.close()


def test_another_city__stays_closed(page: Page, desk: Desk) -> None:
    page.goto(f"{desk.url}/partner/period/ARUA/2016-Q3")
    expect(page.get_by_role("alert")).to_contain_text("no such period")


def test_form_of_another_session__is_refused(page: Page, desk: Desk, chromium: Browser) -> None:
    page.goto(f"{desk.url}/partner/try")
    other = desk.page(chromium)
    page.context.add_cookies(other.context.cookies())  # type: ignore[arg-type]
    page.get_by_role("button", name="Check it").click()
    expect(page.get_by_role("alert")).to_contain_text("too old")
    other.context.close()


def test_answers__are_quick_enough_for_a_slow_line(page: Page, desk: Desk) -> None:
    """A page and its style are small: they come over a slow line too."""
    began = time.monotonic()
    sizes = [len(page.goto(f"{desk.url}/partner{path}").body()) for path in NAMES.values()]  # type: ignore[union-attr]
    assert max(sizes) < 40_000
    assert time.monotonic() - began < 60
