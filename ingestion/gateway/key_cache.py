"""The API keys in memory, read again in the background; the last good copy serves while Postgres is away."""

from __future__ import annotations

import asyncio
import json
import logging
import os
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import psycopg
from psycopg.rows import dict_row

from ingestion.gateway.scope import Key
from ingestion.keys import KEY_PATTERN, hash_key
from ingestion.sealing import SealingError
from ingestion.webhook_secrets import open_secret

logger = logging.getLogger("corridor.gateway.keys")

REFRESH_SECONDS = 3.0
#: A stranger who guesses keys may make the gateway look them up this often, not more.
_SOONEST_SECONDS = 0.25
_PATIENCE_SECONDS = 5.0
_QUERY = """
select encode(key_hash, 'hex') as key_hash, key_id, programme, partner, source_prefix, cities, types,
    role, requests_per_second, events_per_second,
    extract(epoch from expires_at)::float8 as expires_at,
    (
        select json_agg(
            json_build_object(
                'sealed', encode(sealed, 'hex'), 'expires_at', extract(epoch from w.expires_at)::float8
            ) order by w.secret_id
        )
        from ops.webhook_secrets as w
        where w.key_id = k.key_id and (w.expires_at is null or w.expires_at > now())
    ) as webhook_secrets
from ops.api_keys as k
where revoked_at is null and (expires_at is null or expires_at > now())
order by key_id
"""


class WebhookSecret(NamedTuple):
    """A secret that signs, and the Unix time from which it does not any more."""

    secret: bytes
    expires_at: float | None


class KeyCache:
    """Finds a key by its hash. `copy` is a file with the last good list, hashes and encrypted secrets only."""

    def __init__(self, dsn: str, copy: Path, webhook_key: bytes) -> None:
        self._dsn = dsn
        self._webhook_key = webhook_key
        self._webhooks: dict[str, tuple[Key, list[WebhookSecret]]] = {}
        self._copy = copy
        self._keys: dict[bytes, Key] | None = None
        self._rows: list[dict[str, Any]] = []
        self._count = 0
        self._connection: psycopg.AsyncConnection[Any] | None = None
        self._reading = asyncio.Lock()
        self._read_at = 0.0
        self._task: asyncio.Task[None] | None = None
        self._failing = False

    async def start(self) -> None:
        """Read the keys, from the copy if Postgres does not answer, and go on reading them in the background."""
        await self.refresh()
        if self._keys is None and self._copy.exists():
            self._take(json.loads(self._copy.read_text(encoding="utf-8")))
            logger.warning("keys from=copy count=%d", len(self))
        self._task = asyncio.create_task(self._refresh_forever())

    async def stop(self) -> None:
        """End the background reading."""
        if self._task is not None:
            self._task.cancel()
        if self._connection is not None:
            await self._connection.close()

    def __len__(self) -> int:
        return self._count

    @property
    def is_loaded(self) -> bool:
        """False until the keys could be read for the first time."""
        return self._keys is not None

    @property
    def is_current(self) -> bool:
        """False while Postgres does not answer, so that the keys are those of an earlier time."""
        return not self._failing

    def find(self, presented: bytes) -> Key | None:
        """The key, if it is known, not revoked and not expired."""
        key = (self._keys or {}).get(hash_key(presented))
        if key is None or (key.expires_at is not None and key.expires_at <= time.time()):
            return None
        return key

    def find_webhook(self, key_id: str) -> tuple[Key, list[bytes]] | None:
        """The key with this id and its live secrets, if it signs what it sends."""
        found = self._webhooks.get(key_id)
        if found is None:
            return None
        key, known = found
        now = time.time()
        secrets = [each.secret for each in known if each.expires_at is None or each.expires_at > now]
        if not secrets or (key.expires_at is not None and key.expires_at <= now):
            return None
        return key, secrets

    async def find_new(self, presented: bytes) -> Key | None:
        """As `find`, after reading the keys again: a key that was just made works at once."""
        if not KEY_PATTERN.fullmatch(presented.decode("latin-1")):
            return None
        asked_at = time.monotonic()
        async with self._reading:
            # Whoever waited here while another read the keys needs no reading of its own.
            if self._read_at < asked_at:
                await asyncio.sleep(max(0.0, self._read_at + _SOONEST_SECONDS - time.monotonic()))
                await self._read()
        return self.find(presented)

    async def refresh(self) -> None:
        """Read the keys now; on failure the last good ones stay."""
        async with self._reading:
            await self._read()

    async def _refresh_forever(self) -> None:
        while True:
            await asyncio.sleep(REFRESH_SECONDS)
            await self.refresh()

    async def _read(self) -> None:
        self._read_at = time.monotonic()
        try:
            async with asyncio.timeout(_PATIENCE_SECONDS):
                rows = await self._query()
        except (psycopg.Error, OSError) as error:
            await self._lost(error)
            return
        if self._failing:
            logger.info("keys from=postgres again")
            self._failing = False
        if self._keys is None or rows != self._rows:
            self._take(rows)
            self._keep_copy(rows)
            logger.info("keys from=postgres count=%d", len(rows))

    async def _query(self) -> list[dict[str, Any]]:
        if self._connection is None:
            self._connection = await psycopg.AsyncConnection.connect(
                self._dsn, autocommit=True, connect_timeout=3, application_name="corridor-gateway"
            )
        async with self._connection.cursor(row_factory=dict_row) as cursor:
            await cursor.execute(_QUERY)
            return await cursor.fetchall()

    async def _lost(self, error: Exception) -> None:
        if not self._failing:
            logger.warning("keys cannot be read error=%s kept=%d", type(error).__name__, len(self))
        self._failing = True
        connection, self._connection = self._connection, None
        if connection is not None:
            await connection.close()

    def _take(self, rows: list[dict[str, Any]]) -> None:
        keys = [(row, _key(row)) for row in rows]
        self._webhooks = {key.key_id: (key, list(self._opened(row))) for row, key in keys if row.get("webhook_secrets")}
        self._keys = {bytes.fromhex(row["key_hash"]): key for row, key in keys if row["key_hash"] is not None}
        self._count = len(keys)
        self._rows = rows

    def _opened(self, row: dict[str, Any]) -> Iterator[WebhookSecret]:
        for each in row["webhook_secrets"]:
            try:
                secret = open_secret(self._webhook_key, row["key_id"], bytes.fromhex(each["sealed"]))
            except SealingError:
                logger.error("webhook secret cannot be opened key=%s", row["key_id"])
                continue
            yield WebhookSecret(secret, each["expires_at"])

    def _keep_copy(self, rows: list[dict[str, Any]]) -> None:
        try:
            self._copy.parent.mkdir(parents=True, exist_ok=True)
            part = self._copy.with_suffix(".part")
            with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
                json.dump(rows, file)
            part.replace(self._copy)
        except OSError as error:
            logger.warning("keys copy cannot be written error=%s", type(error).__name__)


def _key(row: dict[str, Any]) -> Key:
    return Key(
        key_id=row["key_id"],
        programme=row["programme"],
        partner=row["partner"],
        source_prefix=row["source_prefix"],
        cities=None if row["cities"] is None else frozenset(row["cities"]),
        types=None if row["types"] is None else frozenset(row["types"]),
        expires_at=row["expires_at"],
        role=row["role"],
        requests_per_second=row["requests_per_second"],
        events_per_second=row["events_per_second"],
    )
