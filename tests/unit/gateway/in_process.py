"""A whole gateway within the test's process, spoken to over ASGI."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

import httpx

from infra.local.secret_files import make_city_keys, make_secrets
from infra.settings import Settings
from ingestion.gateway.app import Gateway
from ingestion.keys import hash_key

#: Nothing listens on port 1.
NOWHERE = "127.0.0.1:1"
API_KEY = "ck_00000000_" + "A" * 43
ONE = {"X-API-Key": API_KEY, "Content-Type": "application/cloudevents+json"}
BATCH = {"X-API-Key": API_KEY, "Content-Type": "application/cloudevents-batch+json"}


def settings_without_servers(home: Path) -> Settings:
    """Settings of a stack of which only the secrets exist."""
    settings = Settings.load(
        {
            "CORRIDOR_HOME": str(home),
            "CORRIDOR_KAFKA_BOOTSTRAP": NOWHERE,
            "CORRIDOR_POSTGRES_ADMIN_URL": f"postgresql://nobody:nothing@{NOWHERE}/postgres",
        }
    )
    make_secrets(settings)
    make_city_keys(settings)
    return settings


def leave_key_copy(home: Path) -> None:
    """The last good list of keys, as a gateway with a reachable Postgres would have left it."""
    row = {
        "key_hash": hash_key(API_KEY).hex(),
        "key_id": "00000000",
        "programme": "CM",
        "partner": "registry",
        "source_prefix": "https://registry.example/",
        "cities": None,
        "types": None,
        "expires_at": None,
        "role": "partner",
        "requests_per_second": None,
        "events_per_second": None,
    }
    (home / "gateway").mkdir(parents=True, exist_ok=True)
    (home / "gateway" / "api_keys.json").write_text(json.dumps([row]), encoding="utf-8")


@asynccontextmanager
async def gateway_of(
    settings: Settings, bootstrap: str = NOWHERE, env: Mapping[str, str] | None = None
) -> AsyncIterator[Gateway]:
    """A started gateway; its broker gets little time to acknowledge."""
    own = {"CORRIDOR_KAFKA_BOOTSTRAP": bootstrap, "CORRIDOR_KAFKA_PATIENCE_SECONDS": "0.2", **(env or {})}
    gateway = Gateway(replace(settings, env={**settings.env, **own}))
    await gateway.start()
    try:
        yield gateway
    finally:
        await gateway.stop()


@asynccontextmanager
async def running(
    settings: Settings, bootstrap: str = NOWHERE, env: Mapping[str, str] | None = None
) -> AsyncIterator[httpx.AsyncClient]:
    """A started gateway's client."""
    async with gateway_of(settings, bootstrap, env) as gateway:
        transport = httpx.ASGITransport(app=gateway)
        async with httpx.AsyncClient(transport=transport, base_url="http://gateway") as client:
            yield client
