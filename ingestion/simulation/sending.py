"""Send a simulation through the gateway, each city with its own key, and hold every answer against what is right."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import httpx

from ingestion.partner_client.corridor_client import send_events
from ingestion.simulation.dispatch import Dispatch

#: Events between two looks at the clock when no rate is asked for.
_CHUNK = 2000


@dataclass
class Receipt:
    """What became of the events; `refused` maps an event's place in the sending order to the gateway's code."""

    accepted: int = 0
    #: Known to the gateway already; an earlier duplicate is found at load and counts as accepted here.
    duplicates: int = 0
    refused: dict[int, str] = field(default_factory=dict)

    def surprises(self, dispatches: Sequence[Dispatch]) -> list[str]:
        """A sentence for each answer that is not the expected one."""
        return [
            f"Event {index} ({dispatch.event['id']}, {dispatch.event.get('type')}): expected "
            f"{dispatch.code or 'accepted'}, got {self.refused.get(index, 'accepted')}."
            for index, dispatch in enumerate(dispatches)
            if self.refused.get(index) != dispatch.code
        ]


def send(
    dispatches: Sequence[Dispatch],
    keys: Mapping[str, str],
    url: str,
    rate: float | None = None,
    on_progress: Callable[[int], None] | None = None,
) -> Receipt:
    """Send in order, at most `rate` events a second if given; `on_progress` is told how many have an answer.

    Order is kept within a city. Raises SendError when the gateway cannot take the events.
    """
    receipt = Receipt()
    started = time.monotonic()
    with httpx.Client(timeout=httpx.Timeout(30.0, connect=5.0)) as client:
        for first, chunk in _chunks(dispatches, rate):
            if rate is not None:
                time.sleep(max(0.0, started + first / rate - time.monotonic()))
            for sender, places in _by_sender(chunk, first).items():
                events = [dispatches[place].event for place in places]
                summary = send_events(events, keys[sender], url, client=client, batch_size=500)
                receipt.accepted += summary.accepted
                receipt.duplicates += summary.duplicates
                receipt.refused |= {places[result["index"]]: _code(result) for result in summary.rejected}
            if on_progress is not None:
                on_progress(first + len(chunk))
    return receipt


def _chunks(dispatches: Sequence[Dispatch], rate: float | None) -> Iterator[tuple[int, Sequence[Dispatch]]]:
    size = _CHUNK if rate is None else min(_CHUNK, max(1, round(rate / 4)))
    for first in range(0, len(dispatches), size):
        yield first, dispatches[first : first + size]


def _by_sender(chunk: Sequence[Dispatch], first: int) -> dict[str, list[int]]:
    found: dict[str, list[int]] = {}
    for place, dispatch in enumerate(chunk, start=first):
        found.setdefault(dispatch.sender, []).append(place)
    return found


def _code(result: dict[str, Any]) -> str:
    return str(result["code"])
