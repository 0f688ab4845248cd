"""Signatures, against the reference implementation of Standard Webhooks; secrets, encrypted at rest."""

from __future__ import annotations

import asyncio
import base64
import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from standardwebhooks import Webhook

from infra.settings import Settings
from ingestion.sealing import SealingError
from ingestion.webhook_secrets import open_secret, seal_secret, webhook_key
from tests.unit.gateway.in_process import leave_key_copy, running, settings_without_servers

KEY_ID = "5a5a5a5a"
SECRETS = [bytes([n]) * 32 for n in (1, 2, 3)]
BODY = b'{ "specversion":"1.0" }'


@pytest.fixture(scope="module")
def settings(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """A gateway that knows a key with two live secrets and one that ended."""
    home: Path = tmp_path_factory.mktemp("stack")
    settings = settings_without_servers(home)
    leave_key_copy(home)
    copy = home / "gateway" / "api_keys.json"
    key = webhook_key(settings.secret("webhook_key"))
    ended = (datetime.now(UTC) - timedelta(seconds=1)).timestamp()
    sealed = [
        {"sealed": seal_secret(key, KEY_ID, secret).hex(), "expires_at": expires}
        for secret, expires in zip(SECRETS, (None, ended + 60, ended), strict=True)
    ]
    (row,) = json.loads(copy.read_text(encoding="utf-8"))
    signing = {**row, "key_hash": None, "key_id": KEY_ID, "webhook_secrets": sealed}
    damaged = {**signing, "key_id": "6b6b6b6b"}  # sealed for another key
    copy.write_text(json.dumps([row, signing, damaged]), encoding="utf-8")
    return settings


def _signed(secret: bytes, body: bytes = BODY, message: str = "msg_1", at: datetime | None = None) -> dict[str, str]:
    at = at or datetime.now(UTC)
    text = base64.b64encode(secret).decode()
    return {
        "webhook-id": message,
        "webhook-timestamp": str(int(at.timestamp())),
        "webhook-signature": Webhook(f"whsec_{text}").sign(message, at, body.decode()),
        "content-type": "application/json",
    }


def _post(settings: Settings, headers: dict[str, str], body: bytes = BODY, key_id: str = KEY_ID) -> httpx.Response:
    async def ask() -> httpx.Response:
        async with running(settings) as client:
            return await client.post(f"/v1/validate?key_id={key_id}", headers=headers, content=body)

    return asyncio.run(ask())


@pytest.mark.parametrize("secret", SECRETS[:2])
def test_signature__of_either_live_secret(settings: Settings, secret: bytes) -> None:
    response = _post(settings, _signed(secret))
    assert response.status_code == 200, response.text
    assert response.json()["results"][0]["code"] == "invalid_envelope"


def test_signature__one_of_several(settings: Settings) -> None:
    headers = _signed(SECRETS[0])
    headers["webhook-signature"] = f"v1a,xyz v1,??? v1,{'A' * 44} {headers['webhook-signature']}"
    assert _post(settings, headers).status_code == 200


def _changed(**changes: str) -> dict[str, str]:
    return {**_signed(SECRETS[0]), **{name.replace("_", "-"): value for name, value in changes.items()}}


@pytest.mark.parametrize(
    ("sign", "code"),
    [
        (lambda: _signed(SECRETS[2]), "signature_invalid"),
        (lambda: _signed(b"x" * 32), "signature_invalid"),
        (lambda: _signed(SECRETS[0], b'{"specversion":"1.0"}'), "signature_invalid"),
        (lambda: _changed(webhook_id="msg_2"), "signature_invalid"),
        (lambda: _changed(webhook_id=""), "signature_invalid"),
        (lambda: _changed(webhook_timestamp="now"), "signature_invalid"),
        (lambda: _changed(webhook_signature=""), "signature_invalid"),
        (lambda: _changed(webhook_signature="v1," + "A" * 9000), "signature_invalid"),
        (lambda: _signed(SECRETS[0], at=datetime.now(UTC) - timedelta(minutes=6)), "signature_too_old"),
        (lambda: _signed(SECRETS[0], at=datetime.now(UTC) + timedelta(minutes=6)), "signature_too_old"),
    ],
)
def test_signature__that_does_not_fit(settings: Settings, sign: Callable[[], dict[str, str]], code: str) -> None:
    response = _post(settings, sign())
    assert (response.status_code, response.json()["code"]) == (401, code)


@pytest.mark.parametrize("key_id", ["", "00000000", "6b6b6b6b", "ffffffff"])
def test_signature__for_a_key_that_does_not_sign(settings: Settings, key_id: str) -> None:
    response = _post(settings, _signed(SECRETS[0]), key_id=key_id)
    assert (response.status_code, response.json()["code"]) == (401, "signature_invalid")


def test_strangers__cannot_use_up_what_the_key_may_send(settings: Settings) -> None:
    async def ask() -> Any:
        async with running(settings, env={"CORRIDOR_GATEWAY_REQUESTS_PER_SECOND": "0.001"}) as client:
            path = f"/v1/validate?key_id={KEY_ID}"
            for _ in range(40):
                await client.post(path, headers=_signed(b"x" * 32), content=BODY)
            return [await client.post(path, headers=_signed(SECRETS[0]), content=BODY) for _ in range(21)]

    assert [response.status_code for response in asyncio.run(ask())] == [200] * 20 + [429]


def test_secret__opens_with_its_key_in_its_row_only() -> None:
    key = webhook_key("one")
    sealed = seal_secret(key, KEY_ID, b"secret")
    assert b"secret" not in sealed
    assert open_secret(key, KEY_ID, sealed) == b"secret"
    for wrong in ((webhook_key("two"), KEY_ID, sealed), (key, "other", sealed), (key, KEY_ID, sealed[:-1])):
        with pytest.raises(SealingError):
            open_secret(*wrong)
