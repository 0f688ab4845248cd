"""What goes on beside the stream, every few seconds in one thread: scopes, reference data, emptying, lag."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from datetime import datetime, timedelta

import psycopg
from confluent_kafka import KafkaException

from infra.settings import Settings
from ingestion.gateway.check import Checker
from ingestion.gateway.places import MEMBERS, PLACES, PlacesError, read_places
from ingestion.streaming.intake.emptying import Emptier, Extent
from ingestion.streaming.intake.lag import Meter, keep_progress
from ingestion.streaming.intake.scopes import Scopes
from ingestion.streaming.intake.taken import Place, Taken
from ingestion.tokens import KeyringError, read_keyring
from ingestion.topics import intake_topic

logger = logging.getLogger("corridor.intake")

#: Seconds between two rounds: what is emptied was taken over this long ago at the most.
EVERY = 10.0


class Housekeeping:
    """One round after another until `stop`. `on_topics` is told in each which of the partners' topics there are."""

    def __init__(
        self, settings: Settings, group: str, scopes: Scopes, checker: Checker, taken: Taken, every: float = EVERY
    ) -> None:
        self._settings = settings
        self._scopes = scopes
        self._checker = checker
        self._taken = taken
        self._every = every
        self._meter = Meter(settings, group)
        self._emptier = Emptier(settings, taken)
        self._keyring = settings.home / "secrets" / "city_keys.json"
        self._stamps = self._stamps_now()
        self._kept = timedelta(milliseconds=intake_topic("any", settings.env).retention_ms)
        self._ended = threading.Event()
        self._failing = ""
        self.on_topics: Callable[[set[str]], None] = lambda topics: None

    def start(self) -> None:
        """Begin, in a thread that does not keep the process alive."""
        threading.Thread(target=self._run, daemon=True, name="intake-housekeeping").start()

    def stop(self) -> None:
        """End after the round that runs."""
        self._ended.set()

    def round(self) -> None:
        """One round. What cannot be done now is done by a later one."""
        self._scopes.refresh()
        self._refresh_reference()
        try:
            extents = self._meter.extents(self._scopes.by_topic)
            self.on_topics({topic for topic, _ in extents})
            self._emptier.empty(extents)
            self._emptier.close_segments(extents)
            oldest = self._oldest(extents)
            keep_progress(self._settings, extents, self._partners(), oldest, self._taken, self._kept)
            self._failing = ""
        except (KafkaException, psycopg.Error) as error:
            # Kafka's and Postgres' own words are about servers, never about a record.
            if self._failing != type(error).__name__:
                logger.warning("housekeeping waits: %s", str(error).splitlines()[0][:200])
            self._failing = type(error).__name__

    def _run(self) -> None:
        while not self._ended.wait(self._every):
            try:
                self.round()
            except Exception:
                logger.exception("housekeeping failed; trying again")

    def _oldest(self, extents: dict[Place, Extent]) -> dict[Place, datetime | None]:
        behind = {place: extent for place, extent in extents.items() if extent.taken < extent.end}
        return {place: self._meter.waiting_since(*place, extent.taken) for place, extent in behind.items()}

    def _partners(self) -> dict[str, str]:
        return {topic: key.partner for topic, key in self._scopes.by_topic.items()}

    def _refresh_reference(self) -> None:
        """New cities and their keys without a restart; a damaged file leaves the last good state."""
        now = self._stamps_now()
        if now == self._stamps:
            return
        self._stamps = now
        try:
            self._checker.replace(read_places(), read_keyring(self._keyring))
        except (PlacesError, KeyringError) as error:
            logger.error("reference data cannot be used, the earlier one stays: %s", error)

    def _stamps_now(self) -> list[int]:
        return [path.stat().st_mtime_ns if path.exists() else 0 for path in (self._keyring, PLACES, MEMBERS)]
