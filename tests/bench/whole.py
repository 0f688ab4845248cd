"""The whole platform, from nothing to results in a fresh clone."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from tests.bench import latency, resources, stack
from tests.bench.bars import Bar

BARS = {
    "make up from nothing": Bar("s", at_most=240),
    "make up again, while it runs": Bar("s", at_most=45),
    "make up again, after make down": Bar("s", at_most=45),
    "idle memory (PSS)": Bar("MB", at_most=3 * 1024),
    "idle processor": Bar("cores", at_most=0.3),
    "memory during builds (PSS, peak)": Bar("MB", at_most=4.5 * 1024),
    "accepted to results, p95": Bar("s", at_most=60),
}


def measure(quick: bool = False) -> tuple[dict[str, float], dict[str, Any]]:
    """All figures by name, and how they were got; there is no quicker way to these."""
    fresh = stack.clone()
    figures: dict[str, float] = {}
    try:
        figures["make up from nothing"] = fresh.make("up")
        figures["make up again, while it runs"] = fresh.make("up")
        fresh.make("down")
        figures["make up again, after make down"] = fresh.make("up")
        figures["idle processor"] = resources.idle_cores(fresh.settings)
        figures["idle memory (PSS)"] = resources.memory_mb(fresh.settings)
        with resources.peak_memory(fresh.settings) as peak:
            seen = latency.accepted_to_results(fresh.settings)
        figures["memory during builds (PSS, peak)"] = peak[0]
        figures["accepted to results, p95"] = seen.p95
    finally:
        stack.remove(fresh)
    return figures, {"latency": asdict(seen)}
