"""One Chromium for all browser tests, and a page that is signed in as the manager."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page

from infra.settings import Settings
from infra.superset.browser import HEIGHT, WIDTH, browser, sign_in
from infra.superset.client import Client


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """The system's Chromium; its absence fails with the command that installs it."""
    with browser() as running:
        yield running


@pytest.fixture
def page(chromium: Browser) -> Iterator[Page]:
    """A fresh window without any cookie."""
    context = chromium.new_context(viewport={"width": WIDTH, "height": HEIGHT})
    yield context.new_page()
    context.close()


@pytest.fixture(scope="session")
def manager_state(stack: Settings, chromium: Browser) -> dict[str, object]:
    """Cookies of a manager who signed in through the form once."""
    context = chromium.new_context()
    sign_in(context.new_page(), stack.superset_url, "manager", stack.secret("superset_manager"))
    state = context.storage_state()
    context.close()
    return dict(state)


@pytest.fixture
def manager_page(chromium: Browser, manager_state: dict[str, object]) -> Iterator[Page]:
    """A fresh window of the signed-in manager."""
    context = chromium.new_context(
        storage_state=manager_state,  # type: ignore[arg-type]
        viewport={"width": WIDTH, "height": HEIGHT},
    )
    yield context.new_page()
    context.close()


@pytest.fixture(scope="session")
def manager_api(stack: Settings) -> Iterator[Client]:
    """The manager's own REST session, for what the pages do not offer."""
    with Client(stack.superset_url) as client:
        client.sign_in("manager", stack.secret("superset_manager"))
        yield client


@pytest.fixture(scope="session")
def admin_api(stack: Settings) -> Iterator[Client]:
    """The administrator's REST session."""
    with Client(stack.superset_url) as client:
        client.sign_in("admin", stack.secret("superset_admin"))
        yield client
