"""The edge of a running gateway: SDKs, signatures, packed bodies, rates of a key, and the log of key use."""

from __future__ import annotations

import gzip
import json
import secrets
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import psycopg
import pytest
import zstandard
from cloudevents.core.bindings.http import to_binary_event, to_structured_event
from cloudevents.core.v1.event import CloudEvent
from standardwebhooks import Webhook

from infra.settings import Settings
from ingestion.key_uses import uses_of
from ingestion.keys import KeyScope, list_keys
from ingestion.topics import ACCEPTED
from ingestion.webhook_secrets import create_signing_key, rotate_secret, webhook_key
from tests.gateways import RunningGateway, run_gateway
from tests.integration.log_tail import LogTail
from tests.integration.test_gateway import BATCH, ONE, Partner
from tests.support import wait_for

MakeKey = Callable[..., str]


@pytest.fixture(scope="module")
def gateway(stack: Settings, tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningGateway]:
    with run_gateway(stack, tmp_path_factory.mktemp("gateway")) as running:
        yield running


@pytest.fixture
def partner() -> Partner:
    return Partner()


def _post(gateway: RunningGateway, path: str, headers: dict[str, str], content: bytes) -> httpx.Response:
    return httpx.post(f"{gateway.url}{path}", headers=headers, content=content, timeout=30)


@pytest.mark.parametrize("write", [to_binary_event, to_structured_event])
def test_python_sdk__as_it_comes(
    gateway: RunningGateway, stack: Settings, make_key: MakeKey, partner: Partner, write: Callable[[CloudEvent], Any]
) -> None:
    event = partner.event(subject="dossier \u00e9t\u00e9")
    data = event.pop("data")
    event["time"] = datetime.fromisoformat(event["time"])
    message = write(CloudEvent({**event, "partitionkey": "x", "sequence": "00001"}, data))
    tail = LogTail(stack.kafka_bootstrap, ACCEPTED)
    headers = {**message.headers, "X-API-Key": make_key(**partner.scope())}
    response = _post(gateway, "/v1/events", headers, message.body)
    assert response.status_code == 202, response.text
    (record,) = tail.wait(1, partner=partner.name)
    tail.close()
    assert record["subject"] == "dossier \u00e9t\u00e9"
    assert "partitionkey" not in record


def test_raw_utf8_in_headers__as_the_go_sdk_writes_it(
    gateway: RunningGateway, make_key: MakeKey, partner: Partner
) -> None:
    event = partner.event(subject="dossier-\u00e9t\u00e9")
    data = json.dumps(event.pop("data")).encode()
    headers = [(f"ce-{name}".encode(), str(value).encode()) for name, value in event.items()]
    headers += [(b"x-api-key", make_key(**partner.scope()).encode()), (b"content-type", b"application/json")]
    response = httpx.post(f"{gateway.url}/v1/events", content=data, headers=headers)
    assert response.status_code == 202, response.text


@pytest.mark.parametrize(("encoding", "pack"), [("gzip", gzip.compress), ("zstd", zstandard.compress)])
def test_packed_batch__is_stored_and_validate_stores_nothing(
    gateway: RunningGateway, make_key: MakeKey, partner: Partner, encoding: str, pack: Callable[[bytes], bytes]
) -> None:
    body = pack(json.dumps([partner.event(n) for n in range(200)]).encode())
    headers = {"X-API-Key": make_key(**partner.scope()), "Content-Type": BATCH, "Content-Encoding": encoding}
    for _ in range(2):
        tried = _post(gateway, "/v1/validate", headers, body)
        assert (tried.status_code, tried.json()["stored"], tried.json()["accepted"]) == (200, False, 200)
    assert _post(gateway, "/v1/events", headers, body).json()["accepted"] == 200
    assert _post(gateway, "/v1/events", headers, body).json()["duplicates"] == 200


def _sign(secret: str, body: bytes, message: str = "msg_1") -> dict[str, str]:
    now = datetime.now(UTC)
    return {
        "webhook-id": message,
        "webhook-timestamp": str(int(now.timestamp())),
        "webhook-signature": Webhook(secret).sign(message, now, body.decode()),
        "content-type": "application/json",
    }


def test_signed_webhook__stored_once_and_rotated_without_a_gap(
    gateway: RunningGateway, stack: Settings, partner: Partner
) -> None:
    dsn, key = stack.dsn("owner"), webhook_key(stack.secret("webhook_key"))
    key_id, first = create_signing_key(dsn, key, KeyScope(**partner.scope()))
    path, body = f"/v1/events?key_id={key_id}", json.dumps(partner.event()).encode()
    wait_for(lambda: _post(gateway, path, _sign(first, body), body).status_code == 202, 10, "the key to be known")
    again = _post(gateway, path, _sign(first, body), body)
    assert (again.status_code, again.json()["duplicates"]) == (202, 1)
    second, ends = rotate_secret(dsn, key, key_id, timedelta(hours=1))
    assert ends > datetime.now(UTC)
    wait_for(lambda: _post(gateway, path, _sign(second, body), body).status_code == 202, 10, "the new secret")
    assert _post(gateway, path, _sign(first, body), body).status_code == 202
    with psycopg.connect(dsn) as connection:
        connection.execute(
            "update ops.webhook_secrets set expires_at = clock_timestamp() where key_id = %s and expires_at = %s",
            [key_id, ends],
        )
        stored = connection.execute("select sealed from ops.webhook_secrets where key_id = %s", [key_id]).fetchall()
    assert len(stored) == 2
    wait_for(lambda: _post(gateway, path, _sign(first, body), body).status_code == 401, 10, "the first to end")
    assert _post(gateway, path, _sign(second, body), body).status_code == 202
    assert second not in gateway.log()


def test_rate_of_a_key__is_its_own(gateway: RunningGateway, make_key: MakeKey, partner: Partner) -> None:
    # One request in 1,000 seconds beyond the burst of 20: no pause of a busy machine earns another.
    slow = make_key(**partner.scope(requests_per_second=0.001))
    headers = {"X-API-Key": slow, "Content-Type": BATCH}
    statuses = [_post(gateway, "/v1/events", headers, b"[]").status_code for _ in range(21)]
    assert statuses == [202] * 20 + [429]


def test_two_keys__live_side_by_side(gateway: RunningGateway, make_key: MakeKey, partner: Partner) -> None:
    for number in range(2):
        headers = {"X-API-Key": make_key(**partner.scope()), "Content-Type": ONE}
        assert _post(gateway, "/v1/events", headers, json.dumps(partner.event(number)).encode()).status_code == 202


def test_key_use__is_written_with_failures_and_without_keys(
    stack: Settings, make_key: MakeKey, partner: Partner, tmp_path: Path, reader: psycopg.Connection
) -> None:
    key, plain = make_key(**partner.scope()), f"ID-{secrets.token_hex(6)}"
    wrong = f"ck_{secrets.token_hex(4)}_{secrets.token_urlsafe(32)}"
    events = [partner.event(n, data={**partner.event()["data"], "person_id": plain}) for n in range(3)]
    events[2]["data"] = {"sex": plain}
    with run_gateway(stack, tmp_path) as gateway:
        headers = {"X-API-Key": key, "Content-Type": BATCH}
        assert _post(gateway, "/v1/events", headers, json.dumps(events).encode()).status_code == 202
        _post(gateway, "/v1/validate", headers, json.dumps(events).encode())
        _post(gateway, "/v1/events", headers, f'[{{"{plain}"'.encode())
        assert _post(gateway, "/v1/events", {**headers, "X-API-Key": wrong}, b"[]").status_code == 401
        httpx.get(f"{gateway.url}/v1/receipts/rcp_x", headers={"X-API-Key": key})
    log = gateway.log()
    dsn = stack.dsn("owner")
    key_id = key.split("_")[1]
    uses = {(route, status): tuple(counts) for _, route, status, *counts in uses_of(dsn, key_id, 1)}
    assert uses["/v1/events", 202] == (1, 2, 1)
    assert uses["/v1/validate", 200] == (1, 2, 1)
    assert uses["/v1/events", 400] == (1, 0, 0)
    assert [row[1:4] for row in uses_of(dsn, wrong.split("_")[1], 1)] == [("/v1/events", 401, 1)]
    (shown,) = [each for each in list_keys(dsn) if each.key_id == key_id]
    assert shown.last_used_at is not None
    assert datetime.now(UTC) - shown.last_used_at < timedelta(minutes=1)
    row = reader.execute("select partner from ops.v_key_use where key_id = %s limit 1", [key_id]).fetchone()
    assert row == (partner.name,)
    for secret in (plain, key[12:], wrong[12:]):
        assert secret not in log
        assert secret not in str(uses_of(dsn, wrong.split("_")[1], 1))


def test_key_use__waits_while_postgres_is_away(stack: Settings, make_key: MakeKey, partner: Partner) -> None:
    import asyncio

    from ingestion.gateway.database import Database
    from ingestion.gateway.key_use import KeyUse

    async def use() -> None:
        uses = KeyUse(Database("postgresql://nobody@127.0.0.1:1/none"))
        uses.count(partner.name, "/v1/events", 202, 5, 1)
        await uses.write()
        uses.count(partner.name, "/v1/events", 202, 1, 0)
        uses._database = Database(stack.dsn("gateway"))
        await uses.write()
        await uses.write()
        await uses._database.close()

    asyncio.run(use())
    rows = uses_of(stack.dsn("owner"), partner.name, 1)
    assert sum(row[3] for row in rows) == 2
    assert (sum(row[4] for row in rows), sum(row[5] for row in rows)) == (6, 1)
