"""The ASGI application: the hot route goes past the framework, everything else through FastAPI."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import MutableMapping
from pathlib import Path
from typing import Any

from infra.settings import Settings
from ingestion.contracts.registry import contracts
from ingestion.gateway.acknowledged import Acknowledged
from ingestion.gateway.acknowledged_report import AcknowledgedReport
from ingestion.gateway.answers import Send
from ingestion.gateway.audited import Audited
from ingestion.gateway.authenticate import Authenticator
from ingestion.gateway.check import Checker
from ingestion.gateway.database import Database
from ingestion.gateway.durable import durable_log
from ingestion.gateway.events import EventsRoute
from ingestion.gateway.intake import Intake
from ingestion.gateway.key_cache import KeyCache
from ingestion.gateway.key_use import KeyUse
from ingestion.gateway.limits import limits_of
from ingestion.gateway.metrics import Metrics
from ingestion.gateway.pages import make_pages
from ingestion.gateway.places import MEMBERS, PLACES, PlacesError, read_places
from ingestion.gateway.reading import Receive
from ingestion.gateway.receipt_ids import ReceiptIds
from ingestion.gateway.services import Services
from ingestion.sealing import Sealer
from ingestion.tokens import KeyringError, read_keyring
from ingestion.webhook_secrets import webhook_key

logger = logging.getLogger("corridor.gateway")

EVENTS_PATH = "/v1/events"
_LOOK_SECONDS = 5.0


class Gateway:
    """One gateway process. Everything it needs is read at start; a missing file stops it with a clear sentence."""

    def __init__(self, settings: Settings) -> None:
        self._keyring_file = settings.home / "secrets" / "city_keys.json"
        self.folder = Path(settings.env.get("CORRIDOR_GATEWAY_FOLDER") or settings.home / "gateway")
        self.keys = KeyCache(
            settings.dsn("gateway"), self.folder / "api_keys.json", webhook_key(settings.secret("webhook_key"))
        )
        self.checker = Checker(contracts(), read_places(), read_keyring(self._keyring_file))
        self.metrics = Metrics()
        sealer = Sealer(settings.secret("sealing_public"))
        self.log = durable_log(settings, self.folder, sealer)
        receipts = ReceiptIds(settings.secret("receipt_key"))
        acknowledged = Acknowledged(self.folder)
        intake = Intake(self.checker, sealer, self.log, self.metrics, receipts, acknowledge=acknowledged.add)
        limits = limits_of(settings)
        authenticator = Authenticator(self.keys, limits, self.metrics)
        self._database = Database(settings.dsn("gateway"))
        self._uses = KeyUse(self._database)
        self._answered_for = AcknowledgedReport(acknowledged, self._database, self.log)
        services = Services(
            settings,
            self.keys,
            authenticator,
            self.checker,
            intake,
            self.log,
            self.metrics,
            self._database,
            receipts,
            limits,
            self._uses,
        )
        self._events = EventsRoute(services, EVENTS_PATH)
        self._pages = Audited(make_pages(services), self._uses)
        self._watch: asyncio.Task[None] | None = None

    async def __call__(self, scope: MutableMapping[str, Any], receive: Receive, send: Send) -> None:
        """ASGI entry point."""
        if scope["type"] == "http":
            route: Any = self._events if scope["path"] == EVENTS_PATH else self._pages
            await route(scope, receive, send)
        elif scope["type"] == "lifespan":
            await self._live(receive, send)
        else:
            await send({"type": "websocket.close", "code": 1000})

    async def start(self) -> None:
        """Read the keys and begin to serve delivery reports."""
        self.log.start()
        await self.keys.start()
        self._uses.start()
        self._answered_for.start()
        self._watch = asyncio.create_task(self._watch_files())
        logger.info("started contracts=%d keys=%d", len(contracts()), len(self.keys))

    async def stop(self) -> None:
        """Write out what is on its way and let go of everything."""
        if self._watch is not None:
            self._watch.cancel()
        left = await self.log.close()
        await self.keys.stop()
        await self._uses.stop(write=self.keys.is_current)
        await self._answered_for.stop(write=self.keys.is_current)
        await self._database.close()
        logger.info("stopped unacknowledged=%d", left)

    async def _live(self, receive: Receive, send: Send) -> None:
        while True:
            message = await receive()
            if message["type"] == "lifespan.startup":
                await self.start()
                await send({"type": "lifespan.startup.complete"})
            elif message["type"] == "lifespan.shutdown":
                await self.stop()
                await send({"type": "lifespan.shutdown.complete"})
                return

    async def _watch_files(self) -> None:
        """Take new cities and their keys without a restart; a damaged file leaves the last good state."""
        seen = self._stamps()
        while True:
            await asyncio.sleep(_LOOK_SECONDS)
            now = self._stamps()
            if now == seen:
                continue
            seen = now
            try:
                places, keyring = read_places(), read_keyring(self._keyring_file)
            except (PlacesError, KeyringError) as error:
                logger.error("reference data cannot be used, the earlier one stays: %s", error)
                continue
            self.checker.replace(places, keyring)
            logger.info("reference data cities=%d keys=%d", len(places.cities), len(keyring))

    def _stamps(self) -> list[int]:
        return [_stamp(path) for path in (self._keyring_file, PLACES, MEMBERS)]


def _stamp(path: Path) -> int:
    try:
        return path.stat().st_mtime_ns
    except OSError:
        return 0
