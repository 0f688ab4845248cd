"""Faults at random, from a seed: what is killed, hangs or is cut off, when, and for how long."""

from __future__ import annotations

import random
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from itertools import product

from tests.chaos.load_loop import PHASES
from tests.chaos.platform import CLIENTS, Platform
from tests.support import wait_for

#: Longer than the abandoned transaction of a load may last (30 s) is tried by tests of the load alone.
_LONGEST = 4.0


@dataclass
class Faults:
    """`done` counts what was done, by name, in the words of the report."""

    platform: Platform
    chance: random.Random
    done: Counter[str] = field(default_factory=Counter)

    def all(self) -> list[tuple[str, Callable[[], None]]]:
        """Every fault there is, by name."""
        found: list[tuple[str, Callable[[], None]]] = []
        for name, part in self.platform.parts.items():
            found += [(f"kill {name}", part.kill), (f"pause {name}", partial(self._pause, name))]
        found += [(f"kill load in phase {phase}", partial(self._kill_load, phase)) for phase in PHASES]
        for link in product(CLIENTS, ("kafka", "postgres")):
            for mode in ("refuse", "blackhole", "slow"):
                found.append((f"{link[0]} to {link[1]}: {mode}", partial(self._link, link, mode)))
        found += [
            ("kill kafka", self._kill_kafka),
            ("pause kafka", self._pause_kafka),
            ("kill postgres", self._kill_postgres),
            ("pause postgres", self._pause_postgres),
            ("a second load beside a paused one", self._zombie),
            ("a second member joins and dies", self._rebalance),
        ]
        return found

    def run(self, number: int, events_between: int, timeout: float = 90) -> None:
        """`number` faults, each kind before any is repeated; between two, so many more events are acknowledged."""
        waiting: list[tuple[str, Callable[[], None]]] = []
        for _ in range(number):
            if not waiting:
                waiting = self.all()
                self.chance.shuffle(waiting)
            name, strike = waiting.pop()
            goal = self.platform.acknowledged + events_between
            strike()
            self.done[name] += 1
            wait_for(
                lambda goal=goal: self.platform.acknowledged >= goal,  # type: ignore[misc]
                timeout,
                f"{events_between} more events acknowledged after: {name}",
            )

    def _hold(self, longest: float = _LONGEST) -> None:
        """How long a fault lasts is part of the plan, no wait for something to happen."""
        time.sleep(self.chance.uniform(0.2, longest))

    def _pause(self, name: str) -> None:
        part = self.platform.parts[name]
        part.pause()
        self._hold(8.0 if name == "live" else _LONGEST)  # longer than a member's session of 6 s
        part.resume()

    def _kill_load(self, phase: str) -> None:
        wait_for(lambda: self.platform.phase_file.read_text() == phase, 60, f"a load in phase {phase}", every=0.002)
        self.platform.parts["load"].kill()

    def _link(self, link: tuple[str, str], mode: str) -> None:
        proxy = self.platform.stack.links[link]
        proxy.set(mode, self.chance.uniform(0.02, 0.5))  # type: ignore[arg-type]
        self._hold()
        proxy.set("pass")

    def _kill_kafka(self) -> None:
        self.platform.stack.broker.kill()
        self._hold(2.0)
        self.platform.stack.broker.start()

    def _pause_kafka(self) -> None:
        self.platform.stack.broker.pause()
        self._hold()
        self.platform.stack.broker.resume()

    def _kill_postgres(self) -> None:
        self.platform.stack.postgres.kill()
        self._hold(2.0)
        self.platform.stack.postgres.start()

    def _pause_postgres(self) -> None:
        self.platform.stack.postgres.pause()
        self._hold()
        self.platform.stack.postgres.resume()

    def _zombie(self) -> None:
        """A load hangs in the middle; another takes over; then the first one wakes up."""
        other_phase = self.platform.phase_file.with_name("phase-other")
        other_phase.write_text("wait")
        load = self.platform.parts["load"]
        wait_for(lambda: self.platform.phase_file.read_text() == "load", 60, "a load", every=0.002)
        load.pause()
        other = self.platform.part("load-other", "tests.chaos.load_loop", "load", str(other_phase)).start()
        try:
            wait_for(lambda: other_phase.read_text() == "finish", 60, "a load that took over", every=0.005)
        finally:
            load.resume()
            other.kill()
            other.stop()

    def _rebalance(self) -> None:
        second = self.platform.part(
            "live-second", "ingestion.streaming", "live", "live", CORRIDOR_STREAM_MEMBER="second"
        ).start()
        try:
            self._hold(12.0)
            second.kill()
        finally:
            second.stop()
