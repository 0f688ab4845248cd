"""The trigger behind the asset watcher, on the real log."""

from __future__ import annotations

import asyncio
import secrets

import pytest

from infra.settings import Settings
from ingestion.loading.backlog import Look
from ingestion.loading.backlog_trigger import KafkaBacklogTrigger
from tests.support import ScratchDatabase, scratch_database


async def _first_event(trigger: KafkaBacklogTrigger, seconds: float) -> dict[str, int]:
    events = trigger.run()
    try:
        event = await asyncio.wait_for(anext(events), seconds)
    finally:
        await events.aclose()  # type: ignore[attr-defined]
    return event.payload


def _point_at(monkeypatch: pytest.MonkeyPatch, stack: Settings, database: str) -> None:
    monkeypatch.setenv("CORRIDOR_HOME", str(stack.home))
    monkeypatch.setenv("CORRIDOR_PORT_BASE", str(stack.port_base))
    monkeypatch.setenv("CORRIDOR_DATABASE", database)


def _waiting(database: ScratchDatabase) -> int:
    look = Look(database.settings)
    try:
        return look().size
    finally:
        look.close()


def test_trigger__fires_when_something_waits(stack: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    with scratch_database(stack) as database:
        _point_at(monkeypatch, stack, database.name)
        assert _waiting(database) > 0, "the history of the stack was sent, and this database has loaded nothing"

        payload = asyncio.run(_first_event(KafkaBacklogTrigger(interval=0.1), 30))

        assert payload["waiting"] > 0


def test_trigger__outlives_a_database_that_is_away(stack: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    _point_at(monkeypatch, stack, f"not_there_{secrets.token_hex(3)}")
    trigger = KafkaBacklogTrigger(interval=0.1, retry_after=0.1)
    problems: list[str] = []

    async def scenario() -> dict[str, int]:
        failed_twice = asyncio.Event()

        def note(*words: object) -> None:
            problems.append(str(words))
            if len(problems) == 2:
                failed_twice.set()

        monkeypatch.setattr(trigger.log, "warning", note, raising=False)
        waiting = asyncio.create_task(_first_event(trigger, 60))
        await asyncio.wait_for(failed_twice.wait(), 30)
        with scratch_database(stack) as database:
            _point_at(monkeypatch, stack, database.name)
            return await waiting

    payload = asyncio.run(scenario())

    assert payload["waiting"] > 0
    assert "not_there" in problems[0]


def test_trigger__can_be_made_again_from_what_airflow_stores() -> None:
    path, arguments = KafkaBacklogTrigger(interval=2.0).serialize()

    assert path == "ingestion.loading.backlog_trigger.KafkaBacklogTrigger"
    assert KafkaBacklogTrigger(**arguments).serialize() == (path, arguments)
    assert not {"dsn", "password", "bootstrap"} & set(arguments)
