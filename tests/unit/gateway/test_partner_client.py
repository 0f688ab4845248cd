"""The partner's queue and tokens: nothing is lost without a line, nothing is sent twice under two ids."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingestion import tokens
from ingestion.partner_client.corridor_client import CityKey, Client, SendError, normalise

IDENTIFIERS = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=60)
VISIT = {"sex": "female", "age_band": "25-34"}


class Platform:
    """Answers like the gateway: refuses the subjects in `bad`, is away while `away`."""

    def __init__(self) -> None:
        self.bad: set[str] = set()
        self.away = False
        self.seen: list[dict[str, Any]] = []

    def __call__(self, request: httpx.Request) -> httpx.Response:
        if self.away:
            raise httpx.ConnectError("no line")
        events = json.loads(request.content)
        known = {event["id"] for event in self.seen}
        self.seen += events
        results = []
        for index, event in enumerate(events):
            refused = event["subject"] in self.bad
            status = "rejected" if refused else "duplicate" if event["id"] in known else "accepted"
            results.append({"index": index, "id": event["id"], "status": status, "code": "x" if refused else None})
        return httpx.Response(202, json={"receipt": "rcp_1", "results": results})


@pytest.fixture
def platform() -> Platform:
    return Platform()


def _client(platform: Platform, folder: Path, **more: Any) -> Client:
    http = httpx.Client(transport=httpx.MockTransport(platform))
    queue = str(folder / "outbox.sqlite")
    return Client("http://gateway", "ck_x", "urn:o", queue=queue, http=http, give_up_after=0, **more)


@given(st.binary(min_size=32, max_size=80), st.sampled_from(["person", "household"]), IDENTIFIERS)
def test_token__is_the_one_that_the_gateway_would_make(secret: bytes, kind: str, identifier: str) -> None:
    assert normalise(identifier) == tokens.normalise(identifier)
    assert CityKey("k1", secret).token(kind, identifier) == tokens.make_token(
        tokens.CityKey("k1", secret), kind, identifier
    )


def test_queue__survives_an_outage_and_a_restart(platform: Platform, tmp_path: Path) -> None:
    platform.away = True
    client = _client(platform, tmp_path)
    ids = [client.add("clinic.visit.v1", f"visit-{n}", VISIT, time="2026-01-01T08:00:00Z") for n in range(3)]
    with pytest.raises(SendError):
        client.flush()
    platform.away = False
    again = _client(platform, tmp_path)
    assert again.waiting() == 3
    summary = again.flush()
    assert (summary.accepted, summary.receipts) == (3, ["rcp_1"])
    assert [event["id"] for event in platform.seen] == ids
    assert again.waiting() == 0
    assert again.flush().accepted == 0


def test_refused_event__stays_with_its_reason_until_forgotten(platform: Platform, tmp_path: Path) -> None:
    platform.bad = {"visit-1"}
    client = _client(platform, tmp_path)
    for n in range(3):
        client.add("clinic.visit.v1", f"visit-{n}", VISIT, time="2026-01-01T08:00:00Z")
    assert client.flush().accepted == 2
    ((event, answer),) = client.refused()
    assert (event["subject"], answer["code"]) == ("visit-1", "x")
    assert client.waiting() == 0
    assert (client.forget_refused(), client.refused()) == (1, [])


def test_city_key__no_identifier_reaches_the_queue_or_the_platform(platform: Platform, tmp_path: Path) -> None:
    key = CityKey.load(str(tmp_path / "city.key"))
    client = _client(platform, tmp_path, city_key=key)
    client.add("clinic.visit.v1", "visit-1", {**VISIT, "person_id": "AD-4711"}, time="2026-01-01T08:00:00Z")
    assert b"4711" not in (tmp_path / "outbox.sqlite").read_bytes()
    client.flush()
    (sent,) = platform.seen
    assert sent["data"] == {**VISIT, "person_token": key.token("person", " ad-4711")}
    assert CityKey.load(str(tmp_path / "city.key")).token("person", "AD-4711") == sent["data"]["person_token"]
    assert {path.stat().st_mode & 0o077 for path in tmp_path.iterdir()} == {0}


def test_module__needs_nothing_of_this_repository() -> None:
    from ingestion.partner_client import corridor_client

    text = Path(corridor_client.__file__).read_text(encoding="utf-8")
    assert "ingestion" not in text
    assert "infra" not in text
