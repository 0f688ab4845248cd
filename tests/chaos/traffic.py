"""Partners that push all the time, in disorder, and remember of every event what they were told.

An answer makes an operation `ok` or `refused`; where none came it is unknown, and both ends are right.
"""

from __future__ import annotations

import random
import threading
from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import orjson

from ingestion.partner_client.corridor_client import BATCH_TYPE

#: Everything happens in these days; nothing else in the database does.
FIRST_DAY = datetime(2016, 3, 1, tzinfo=UTC)
DAYS = 27
CITIES = ("ARUA", "JINJA", "ADAMA", "JIGJIGA")
_PATIENCE = 4


@dataclass
class Told:
    """What became of one event: the contents that were sent under its id, by number, with the answers."""

    ok: set[int] = field(default_factory=set)
    refused: set[int] = field(default_factory=set)
    sent: set[int] = field(default_factory=set)


@dataclass
class Partner:
    """One sender in a thread. `told` has the state of every id that was ever sent."""

    url: str
    key: str
    source: str
    seed: int
    size: int = 50
    pause: float = 0.02
    told: dict[str, Told] = field(default_factory=dict)
    statuses: Counter[int] = field(default_factory=Counter)
    _stopped: threading.Event = field(default_factory=threading.Event)
    _thread: threading.Thread | None = None
    _next: int = 0
    _broken: BaseException | None = None

    @property
    def acknowledged(self) -> int:
        """Ids that were promised to be kept. Raises what ended the sender, if something did."""
        if self._broken is not None:
            raise self._broken
        return sum(1 for each in self.told.copy().values() if each.ok)

    def start(self) -> Partner:
        """Begin to push."""
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()
        return self

    def stop(self) -> None:
        """Wait for the last answer."""
        self._stopped.set()
        assert self._thread is not None
        self._thread.join(120)
        assert not self._thread.is_alive(), "a partner did not get its answer"

    def _run(self) -> None:
        try:
            self._push()
        except BaseException as problem:
            self._broken = problem

    def _push(self) -> None:
        chance = random.Random(self.seed)
        headers = {"X-API-Key": self.key, "Content-Type": BATCH_TYPE}
        with httpx.Client(timeout=20, headers=headers) as client:
            while not self._stopped.wait(self.pause):
                batch = [self._choose(chance) for _ in range(self.size)]
                # Nobody sends one id twice in one request by accident.
                batch = list({number: (number, content) for number, content in batch}.values())
                # One that gives up leaves it unknown what became of its events.
                for _ in range(_PATIENCE):
                    if self._post(client, batch) or self._stopped.wait(0.3):
                        break

    def _choose(self, chance: random.Random) -> tuple[int, int]:
        """Number and content of an event: mostly a new one; some are sent again, a few with other content."""
        dice = chance.random()
        if self._next and dice < 0.08:
            return chance.randrange(max(0, self._next - 5_000), self._next), 0
        if self._next and dice < 0.09:
            return chance.randrange(max(0, self._next - 5_000), self._next), 1
        self._next += 1
        return self._next - 1, 0

    def _post(self, client: httpx.Client, batch: list[tuple[int, int]]) -> bool:
        events = [self.event(number, content) for number, content in batch]
        for event, (_, content) in zip(events, batch, strict=True):
            self.told.setdefault(event["id"], Told()).sent.add(content)
        try:
            answer = client.post(f"{self.url}/v1/events", content=orjson.dumps(events))
        except httpx.HTTPError:
            self.statuses[0] += 1
            return False
        self.statuses[answer.status_code] += 1
        if answer.status_code not in (202, 422):
            return False
        for result, (_, content) in zip(answer.json()["results"], batch, strict=True):
            told = self.told[result["id"]]
            if result["status"] == "rejected":
                assert result["code"] == "id_reused", result
                told.refused.add(content)
            else:
                told.ok.add(content)
        return True

    def event(self, number: int, content: int) -> dict[str, Any]:
        """Always the same for the same arguments, whatever the clock says: a sender keeps what it has written."""
        chance = random.Random(self.seed * 1_000_003 + number)
        kind = chance.random()
        # The sender's clock jumps.
        jump = timedelta(days=chance.randrange(-13, 14)) if chance.random() < 0.02 else timedelta()
        at = FIRST_DAY + timedelta(days=13, seconds=chance.randrange(86_400)) + jump
        operation = "create" if kind < 0.95 or number < 100 else ("correct" if kind < 0.98 else "void")
        subject = number if operation == "create" else chance.randrange(number)
        event: dict[str, Any] = {
            "specversion": "1.0",
            "id": f"e{number:07d}",
            "source": self.source,
            "type": "arrival.counted.v1" if subject % 3 else "person.registered.v1",
            "subject": f"desk/{subject:07d}",
            "time": at.strftime("%Y-%m-%dT%H:%M:%SZ"),
            "programme": "SIM",
            "city": CITIES[subject % len(CITIES)],
            "operation": operation,
            "recordversion": 1 if operation == "create" else 2 + number,
        }
        if operation == "void":
            return {**event, "data": {}}
        if subject % 3:
            event["data"] = {
                "direction": "in",
                "count": 1 + number % 7 + content,
                "place_name": "bus station",
                "estimate": False,
            }
        else:
            event["data"] = {
                "person_id": f"{self.seed}-{subject:07d}",
                "sex": "female" if content == 0 else "male",
                "age_band": "25-34",
                "status": "internal_labour_migrant",
                "registration_type": "new",
            }
        return event
