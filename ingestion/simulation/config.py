"""What decides a simulated world: the same configuration always gives the same events with the same ids."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass
from datetime import date, datetime, timedelta
from random import Random

from ingestion.simulation.places import CITIES

#: Raise it when a change makes the same configuration give other events: ids must never be reused.
WORLD_VERSION = 1
#: Records that an average city makes on an average day, if no number of events is asked for.
RECORDS_A_CITY_DAY = 8


class SimulationError(ValueError):
    """The world cannot be made as asked; the message says which value to change."""


@dataclass(frozen=True)
class SimulationConfig:
    """`events` is the number to send, faults included; the shares are parts of it.

    `late` is the share of events that a phone sends weeks after they happened. Nothing happens after `until`.
    """

    seed: int
    days: int
    start: date = date(2019, 1, 1)
    events: int | None = None
    cities: tuple[str, ...] = tuple(CITIES)
    duplicates: float = 0.05
    corrections: float = 0.03
    voids: float = 0.02
    late: float = 0.05
    bad: float = 0.03
    targets: bool = True
    programme: str = "SIM"
    source_prefix: str = "urn:corridor:sim"
    until: datetime | None = None

    def __post_init__(self) -> None:
        unknown = [code for code in self.cities if code not in CITIES]
        if unknown or not self.cities:
            raise SimulationError(f"Unknown cities {unknown}: choose from {', '.join(CITIES)}.")
        if self.days < 1:
            raise SimulationError(f"A world of {self.days} days holds nothing: ask for at least one day.")
        if self.events is not None and self.events < 1:
            raise SimulationError(f"Cannot make {self.events} events: ask for at least one.")
        shares = {name: getattr(self, name) for name in ("duplicates", "corrections", "voids", "late", "bad")}
        for name, share in shares.items():
            if not 0 <= share <= 0.5:
                raise SimulationError(f"The share of {name} is {share}: give a part of one, from 0 to 0.5.")
        if self.duplicates + self.corrections + self.voids + self.bad > 0.8:
            raise SimulationError("Duplicates, corrections, voids and bad events together must stay below 0.8.")

    @property
    def end(self) -> date:
        """First day after the simulated ones."""
        return self.start + timedelta(days=self.days)

    @property
    def events_wanted(self) -> int:
        """Number of events to send, faults included."""
        return self.events or self.days * len(self.cities) * RECORDS_A_CITY_DAY

    @property
    def fingerprint(self) -> str:
        """Eight hex digits that differ between configurations; part of every id, subject and person's card."""
        text = json.dumps({"version": WORLD_VERSION, **asdict(self)}, sort_keys=True, default=str)
        return hashlib.sha256(text.encode()).hexdigest()[:8]

    def rng(self, stage: str) -> Random:
        """Random numbers for one stage, so that a change in one leaves the others as they were."""
        return Random(f"{self.seed}/{stage}")
