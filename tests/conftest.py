"""One running stack for all tests that need one; it lives in its own data folder and on its own ports."""

from __future__ import annotations

import gc
import os
from collections.abc import Callable, Iterator
from pathlib import Path

import hypothesis
import psycopg
import pytest

from infra.settings import REPO, Settings
from tests.shared_stack import shared_stack

GROUPS = ("unit", "integration", "browser", "chaos", "bench")

# How many examples a property is tried with: few each time, many in `make verify` (--hypothesis-profile).
hypothesis.settings.register_profile("short", max_examples=50, deadline=None)
hypothesis.settings.register_profile("long", max_examples=500, deadline=None)
hypothesis.settings.load_profile("short")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark every test by its folder, and run the fast groups first."""
    for item in items:
        group = item.nodeid.split("/", 2)[1]
        if group in GROUPS:
            item.add_marker(getattr(pytest.mark, group))
    items.sort(key=lambda item: next((n for n, g in enumerate(GROUPS) if item.get_closest_marker(g)), 0))


def pytest_collection_finish() -> None:
    """Search for garbage more seldom, and not among the modules and thousands of tests, which stay to the end."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(10_000, 20, 20)


@pytest.fixture(scope="session")
def stack() -> Iterator[Settings]:
    """Settings of the shared test stack, brought up from an empty data folder with the history published.

    CORRIDOR_TEST_RUNNING=1 uses the stack that runs already (for work on one test at a time).
    """
    if os.environ.get("CORRIDOR_TEST_RUNNING") == "1":
        yield Settings.load()
        return
    with shared_stack() as settings:
        yield settings


@pytest.fixture(scope="session")
def gateway_url(stack: Settings) -> str:
    """Base URL of the running gateway."""
    return stack.gateway_url


@pytest.fixture
def owner(stack: Settings) -> Iterator[psycopg.Connection]:
    """Autocommit connection as the owner of the warehouse database."""
    with psycopg.connect(stack.dsn("owner"), autocommit=True) as connection:
        yield connection


@pytest.fixture
def reader(stack: Settings) -> Iterator[psycopg.Connection]:
    """Autocommit connection as the read-only reader that `corridor query` uses."""
    with psycopg.connect(stack.dsn("reader"), autocommit=True) as connection:
        yield connection


@pytest.fixture
def make_key(stack: Settings) -> Callable[..., str]:
    """Create an API key: make_key(programme=..., partner=..., source_prefix=..., cities=..., types=...)."""
    from ingestion.keys import create_key

    def create(**scope: object) -> str:
        return create_key(stack.dsn("owner"), **scope)  # type: ignore[arg-type]

    return create


@pytest.fixture(scope="session")
def screenshots() -> Path:
    """Folder for the screenshots of this run."""
    folder = REPO / ".corridor-test-screenshots"
    folder.mkdir(exist_ok=True)
    return folder
