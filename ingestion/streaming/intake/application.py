"""The stream `intake`: reads every partner's topic, and takes new partners in without a restart."""

from __future__ import annotations

import gc
import logging
import signal
import time
from dataclasses import dataclass
from pathlib import Path
from types import FrameType

from quixstreams import Application

from infra.settings import Settings
from ingestion.contracts.registry import contracts
from ingestion.gateway.check import Checker
from ingestion.gateway.places import read_places
from ingestion.sealing import Sealer
from ingestion.streaming.application import wait_for_topics
from ingestion.streaming.intake.housekeeping import EVERY, Housekeeping
from ingestion.streaming.intake.judge import Judge
from ingestion.streaming.intake.opening import Opener
from ingestion.streaming.intake.routing import routing
from ingestion.streaming.intake.scopes import Scopes
from ingestion.streaming.intake.taken import Taken
from ingestion.tokens import read_keyring
from ingestion.topics import ACCEPTED, REJECTED

logger = logging.getLogger("corridor.intake")

GROUP = "corridor-stream-intake"
#: Seconds to wait after a failure, and between looks for a first partner.
_PAUSE = 2.0


@dataclass
class Intake:
    """One process. Everything it needs is read at start; a missing file stops it with a clear sentence."""

    settings: Settings
    group: str = GROUP
    state_dir: Path | None = None
    member: str | None = None
    #: Seconds between two rounds of housekeeping.
    every: float = EVERY

    def __post_init__(self) -> None:
        settings = self.settings
        folder = self.state_dir or settings.home / "streaming" / "intake"
        self.scopes = Scopes(settings.dsn("streaming"), folder / "partners.json")
        checker = Checker(contracts(), read_places(), read_keyring(settings.home / "secrets" / "city_keys.json"))
        # The newest key first; earlier ones stay in the file as long as partners use them.
        opener = Opener(*settings.secret("intake_private").split())
        self.judge = Judge(checker, Sealer(settings.secret("sealing_public")), opener)
        self.taken = Taken(settings.secret("receipt_key"))
        self.housekeeping = Housekeeping(settings, self.group, self.scopes, checker, self.taken, self.every)
        self.housekeeping.on_topics = self._see_topics
        self._topics: set[str] = set()
        self._reading: set[str] = set()
        self._app: Application | None = None
        self._told_to_stop = False
        self._other_topics = False

    def run(self) -> None:
        """Until SIGTERM; a failure is logged, and everything is built anew after a pause."""
        self._listen()
        wait_for_topics(self.settings, [ACCEPTED, REJECTED])
        self.housekeeping.round()
        self.housekeeping.start()
        # What was loaded until now lives for ever: the collector need not look at it again and again.
        gc.collect()
        gc.freeze()
        # An event leaves no cycles behind: looking for them every 700 objects costs a tenth of the rate.
        gc.set_threshold(50_000, 20, 100)
        while not self._told_to_stop:
            try:
                self._run_once()
            except Exception as error:
                # Quix Streams has written the whole story.
                logger.error("the intake stopped (%s); starting anew in %s s", type(error).__name__, _PAUSE)
                time.sleep(_PAUSE)
        self.housekeeping.stop()

    def _run_once(self) -> None:
        self._other_topics = False
        topics = self._reading = self._topics
        if not topics:
            time.sleep(_PAUSE)
            return
        self._app = routing(
            self.settings, sorted(topics), lambda topic: self.scopes.by_topic[topic], self.judge, self.taken,
            group=self.group, state_dir=self.state_dir, member=self.member,
        )  # fmt: skip
        logger.info("the intake reads %s", ", ".join(sorted(topics)))
        try:
            self._app.run()
            # Quix Streams takes the signals for itself while it runs.
            self._told_to_stop = self._told_to_stop or not self._other_topics
        finally:
            self._app = None
            self._listen()

    def _see_topics(self, topics: set[str]) -> None:
        """Other topics: the application ends after its checkpoint, and the next one reads them all."""
        self._topics = topics
        if self._app is not None and topics != self._reading:
            self._other_topics = True
            self._app.stop()

    def _listen(self) -> None:
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self._stop)

    def _stop(self, number: int, frame: FrameType | None) -> None:
        self._told_to_stop = True


def main(settings: Settings) -> None:
    """Run until SIGTERM."""
    Intake(settings).run()
