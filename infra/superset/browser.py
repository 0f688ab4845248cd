"""A real browser on the dashboards, for pictures and for tests."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager

from playwright.sync_api import Browser, Page, TimeoutError, sync_playwright

FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
WIDTH = 1280
#: Tall enough at first that charts below the fold are asked for as well.
HEIGHT = 1200
#: Every chart of the open tab has its picture or says why not, and none shows a sign of waiting.
DRAWN = """() => {
  const charts = [...document.querySelectorAll('[data-test="chart-grid-component"]')].filter(c => c.offsetParent);
  const done = c => c.querySelector('[data-test="slice-container"], .slice_container, [role="alert"]')
    && !c.querySelector('.loading, .ant-spin');
  const filters = document.querySelectorAll('[data-test="filter-bar"] :is(.ant-spin, .ant-select-loading)');
  return charts.length > 0 && charts.every(done) && filters.length === 0;
}"""
FAILED = """() => [...document.querySelectorAll('[data-test="chart-grid-component"]')]
  .filter(c => c.offsetParent && c.querySelector('[role="alert"]'))
  .map(c => c.dataset.testChartName + ': ' + c.querySelector('[role="alert"]').innerText.replaceAll('\\n', ' '))"""


class NoBrowserError(RuntimeError):
    """Chromium is missing; the message says how to install it."""


def chromium_path() -> str:
    """The system's Chromium: CORRIDOR_CHROMIUM, or the first known name on PATH."""
    names = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
    path = os.environ.get("CORRIDOR_CHROMIUM") or next(filter(None, map(shutil.which, names)), None)
    if not path or not os.access(path, os.X_OK):
        raise NoBrowserError(
            "No Chromium was found. Install it with `apt-get install chromium`, or set CORRIDOR_CHROMIUM to its path."
        )
    return path


class ChartFailedError(AssertionError):
    """Charts show an error instead of a picture; the message names them and the error."""


@contextmanager
def browser() -> Iterator[Browser]:
    """A headless Chromium that reaches this machine only."""
    path = chromium_path()
    with sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=path, headless=True, args=FLAGS)
        try:
            yield running
        finally:
            running.close()


def sign_in(page: Page, base_url: str, username: str, password: str) -> None:
    """Sign in through the form, as a person does: who sees nothing happen tries again.

    Raises AssertionError with what the page says if three tries fail.
    """
    for _ in range(3):
        page.goto(f"{base_url}/login/", wait_until="load")
        page.locator("#username").fill(username)
        page.locator("#password").fill(password)
        page.locator("button[type=submit]").click()
        try:
            page.wait_for_url(lambda url: "/login" not in url, timeout=15_000, wait_until="domcontentloaded")
            return
        except TimeoutError:
            continue
    raise AssertionError(f"{username} could not sign in; the page says: {page.inner_text('body')[:500]!r}")


def open_dashboard(page: Page, base_url: str, slug: str) -> None:
    """Open a dashboard and wait until every visible chart is drawn."""
    page.goto(f"{base_url}/superset/dashboard/{slug}/", wait_until="domcontentloaded")
    wait_until_drawn(page)


def open_tab(page: Page, name: str) -> None:
    """Open one of the dashboard's tabs by its name and wait until its charts are drawn."""
    page.locator("[role=tab]").filter(has_text=name).first.click()
    wait_until_drawn(page)


def wait_until_drawn(page: Page, seconds: float = 60) -> None:
    """Wait until no chart of the open tab is loading, with the window as tall as the page so that all are asked for."""
    page.set_viewport_size({"width": WIDTH, "height": HEIGHT})
    page.wait_for_function(DRAWN, timeout=seconds * 1000)
    height = page.evaluate("document.documentElement.scrollHeight")
    page.set_viewport_size({"width": WIDTH, "height": max(HEIGHT, height)})
    page.wait_for_function(DRAWN, timeout=seconds * 1000)
    failed = page.evaluate(FAILED)
    if failed:
        raise ChartFailedError("; ".join(failed))
