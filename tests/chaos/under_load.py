"""Keeps events coming while something is killed, and remembers every answer as given or unknown."""

from __future__ import annotations

import threading
import uuid
from dataclasses import dataclass, field
from typing import Any

import httpx

from infra.settings import Settings
from ingestion.partner_client.corridor_client import BATCH_TYPE


@dataclass
class Sender:
    """Sends numbered batches in a thread. `acknowledged` holds ids with an answer; the others may or may not exist."""

    settings: Settings
    key: str
    source: str
    city: str
    batches: int
    size: int = 50
    acknowledged: set[str] = field(default_factory=set)
    unknown: set[str] = field(default_factory=set)

    def start(self) -> threading.Thread:
        """Begin to send; join the thread to wait for the last batch."""
        thread = threading.Thread(target=self._run, daemon=True)
        thread.start()
        return thread

    def _run(self) -> None:
        headers = {"X-API-Key": self.key, "Content-Type": BATCH_TYPE}
        with httpx.Client(timeout=15, headers=headers) as client:
            for number in range(self.batches):
                events = [_event(self.source, self.city, number * self.size + each) for each in range(self.size)]
                while not self._answered(client, events):
                    threading.Event().wait(0.3)

    def _answered(self, client: httpx.Client, events: list[dict[str, Any]]) -> bool:
        ids = {event["id"] for event in events}
        try:
            answer = client.post(f"{self.settings.gateway_url}/v1/events", json=events)
        except httpx.HTTPError:
            self.unknown |= ids
            return False
        if answer.status_code != 202:
            self.unknown |= ids
            return False
        assert answer.json()["accepted"] == len(events), answer.text
        self.acknowledged |= ids
        return True


def new_source() -> str:
    """A source of its own for each run."""
    return f"urn:corridor:chaos:{uuid.uuid4().hex[:10]}"


def _event(source: str, city: str, number: int) -> dict[str, Any]:
    return {
        "specversion": "1.0",
        "id": f"event-{number:07d}",
        "source": source,
        "type": "arrival.counted.v1",
        "subject": f"desk/{number:07d}",
        "time": f"2016-03-{number % 28 + 1:02d}T{number % 24:02d}:00:00+03:00",
        "programme": "OPS",
        "city": city,
        "data": {"direction": "in", "count": 1 + number % 7, "place_name": "bus station", "estimate": False},
    }
