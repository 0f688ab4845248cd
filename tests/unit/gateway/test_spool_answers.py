"""What a sender is told while Kafka cannot be reached: the spool takes the events, or nothing is promised."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import pytest

from infra.settings import Settings
from ingestion.gateway.log import KafkaLog
from ingestion.gateway.spool_file import SpoolFile
from ingestion.gateway.spool_packing import unpack
from ingestion.topics import ACCEPTED, REJECTED
from tests.unit.gateway.in_process import BATCH, ONE, leave_key_copy, running, settings_without_servers

Make = Callable[..., dict[str, Any]]


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    leave_key_copy(tmp_path)
    return settings_without_servers(tmp_path)


@pytest.fixture
def quick_probe(monkeypatch: pytest.MonkeyPatch) -> None:
    """The page on readiness waits 2 s for a broker that may be slow; here there is none."""
    monkeypatch.setattr(KafkaLog.is_reachable, "__defaults__", (0.05,))


def _ask(settings: Settings, *requests: tuple[str, str, dict[str, Any]], **env: str) -> list[httpx.Response]:
    async def ask() -> list[httpx.Response]:
        async with running(settings, env=env) as client:
            return [await client.request(method, path, **request) for method, path, request in requests]

    return asyncio.run(ask())


def _post(content: str | bytes, headers: dict[str, str] = ONE) -> tuple[str, str, dict[str, Any]]:
    return "POST", "/v1/events", {"headers": headers, "content": content}


def _kept(settings: Settings) -> list[tuple[str, Any]]:
    file = SpoolFile(settings.home / "gateway" / "spool", 0)
    file.open()
    try:
        writes = file.read(0, 2**30)
    finally:
        file.close()
    return [(record.topic, json.loads(record.value)) for write in writes for record in unpack(write.packed)]


def test_broker_away__accepted_and_refused_events_are_kept(settings: Settings, event: Make) -> None:
    good, bad, other = event(), event(id="bad", data={"count": -1}), event(id="other")
    first, second, third = _ask(settings, _post(json.dumps(good)), _post(json.dumps([bad, other]), BATCH), _post("{"))
    assert (first.status_code, second.status_code, third.status_code) == (202, 202, 400)
    assert [topic for topic, _ in _kept(settings)] == [ACCEPTED, ACCEPTED, REJECTED, REJECTED]
    assert _kept(settings)[0][1]["id"] == good["id"]


@pytest.mark.usefixtures("quick_probe")
def test_broker_away__a_second_gateway_finds_what_the_first_kept(settings: Settings, event: Make) -> None:
    _ask(settings, _post(json.dumps(event())))
    ready, metrics = _ask(settings, ("GET", "/v1/health/ready", {}), ("GET", "/metrics", {}))
    assert (ready.status_code, ready.json()["checks"]) == (200, {"keys": True, "kafka": False, "spool": True})
    assert ready.json()["spool"]["breaker"] == "open"
    assert ready.json()["spool"]["events"] == 1
    assert "corridor_gateway_spool_events 1" in metrics.text
    assert 'corridor_gateway_breaker{state="open"} 1' in metrics.text


def test_spool_above_its_mark__503(settings: Settings, event: Make) -> None:
    (answer,) = _ask(settings, _post(json.dumps(event())), CORRIDOR_SPOOL_MAX_MB="0.0001")
    assert (answer.status_code, answer.json()["code"]) == (503, "spool_above_mark")
    assert int(answer.headers["retry-after"]) > 0


def test_disk_at_its_reserve__507_and_recovers(settings: Settings, event: Make) -> None:
    sent = _post(json.dumps(event()))
    (answer,) = _ask(settings, sent, CORRIDOR_SPOOL_RESERVE_MB="900000000")
    assert (answer.status_code, answer.json()["code"]) == (507, "spool_full")
    assert int(answer.headers["retry-after"]) > 0
    (answer,) = _ask(settings, sent)
    assert answer.status_code == 202


@pytest.mark.usefixtures("quick_probe")
def test_folder_that_cannot_be_used__503_and_a_line_that_says_what_to_do(
    settings: Settings, event: Make, caplog: pytest.LogCaptureFixture
) -> None:
    (settings.home / "gateway" / "spool").write_text("in the way", encoding="utf-8")
    answer, ready = _ask(settings, _post(json.dumps(event())), ("GET", "/v1/health/ready", {}))
    assert (answer.status_code, answer.json()["code"]) == (503, "log_unavailable")
    assert int(answer.headers["retry-after"]) > 0
    assert ready.status_code == 503
    assert f"The spool {settings.home / 'gateway' / 'spool'} cannot be used" in caplog.text


def test_wrong_setting__is_named(settings: Settings) -> None:
    from infra.settings import SettingsError

    with pytest.raises(SettingsError, match="CORRIDOR_SPOOL_MAX_MB is 'much'"):
        _ask(settings, CORRIDOR_SPOOL_MAX_MB="much")
