"""Make a whole simulation: the world, what it sends in which order, and the right answers."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

from infra.local.files import open_private
from ingestion.simulation.amendments import amend
from ingestion.simulation.bad_events import bad_events
from ingestion.simulation.config import SimulationConfig, SimulationError
from ingestion.simulation.delivery import deliver
from ingestion.simulation.dispatch import Dispatch
from ingestion.simulation.targets import set_targets
from ingestion.simulation.truth import ExpectedCell, expected_cells
from ingestion.simulation.world import World, build_world

#: Targets are set only in worlds of at least so many events for each, so that people stay the matter.
TARGET_ROOM = 10


@dataclass(frozen=True)
class Simulation:
    """A world after all its days, and everything it sends in the order of sending."""

    world: World
    dispatches: list[Dispatch]

    @property
    def config(self) -> SimulationConfig:
        """What the world was made from."""
        return self.world.config

    def truth(self) -> list[ExpectedCell]:
        """The cells that must be published, computed from the world alone."""
        return expected_cells(self.world)

    def counts(self) -> dict[str, int]:
        """How many events of each kind are sent; `late` are creates that a phone sent weeks later."""
        found = Counter(dispatch.kind for dispatch in self.dispatches)
        return {**dict(sorted(found.items())), "late": sum(dispatch.is_late for dispatch in self.dispatches)}

    def write(self, folder: Path) -> None:
        """Write events.jsonl (in sending order), refusals.jsonl (expected) and truth.jsonl into `folder`.

        The events name people by plain identifiers, so only their owner may read the files.
        """
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        _write_lines(folder / "events.jsonl", [dispatch.event for dispatch in self.dispatches])
        refusals = [
            {"index": index, "id": dispatch.event["id"], "code": dispatch.code}
            for index, dispatch in enumerate(self.dispatches)
            if dispatch.code
        ]
        _write_lines(folder / "refusals.jsonl", refusals)
        _write_lines(folder / "truth.jsonl", [cell.as_row() for cell in self.truth()])


def simulate(config: SimulationConfig) -> Simulation:
    """Live the days of the configuration and write down what would be sent. Raises SimulationError if too small."""
    wanted = config.events_wanted
    share = {name: round(wanted * getattr(config, name)) for name in ("duplicates", "corrections", "voids", "bad")}
    targets = set_targets(config, wanted) if config.targets else []
    if len(targets) * TARGET_ROOM > wanted:
        targets = []
    meetings = wanted - sum(share.values()) - sum(len(target.values) for target in targets)
    if meetings < 1:
        raise SimulationError(
            f"{wanted} events leave no room for anything but faults and targets: ask for more events or fewer cities."
        )
    world = build_world(config, meetings)
    world.targets = targets
    amend(world, share["corrections"], share["voids"])
    valid = deliver(world, round(wanted * config.late), share["duplicates"])
    bad = bad_events(config, valid, share["bad"])
    ordered = sorted([*valid, *bad], key=lambda dispatch: dispatch.sent_at)
    return Simulation(world, ordered)


def _write_lines(path: Path, rows: list[dict[str, object]]) -> None:
    with open_private(path) as file:
        for row in rows:
            file.write(json.dumps(row, ensure_ascii=False, separators=(",", ":")) + "\n")
