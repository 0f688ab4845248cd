"""Yearly targets that the cities and the programme set for themselves; some are corrected later."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from ingestion.simulation.activities import MIX
from ingestion.simulation.config import SimulationConfig
from ingestion.simulation.facts import Target
from ingestion.simulation.places import CITIES

#: Indicator, its unit, and the activity whose share of all meetings makes the target credible.
_FOR_CITIES = (
    ("CM-O3-02", "person", "registration"),
    ("CM-O3-03-V", "contact", "clinic"),
    ("CM-O2-03-S", "document", "proposal"),
)


def set_targets(config: SimulationConfig, meetings: int) -> list[Target]:
    """Targets for every simulated year; one is of an indicator that no event feeds, so that it stands alone."""
    rng = config.rng("targets")
    total_size = sum(CITIES[code].size for code in config.cities)
    last_year = config.end.year if config.end > date(config.end.year, 1, 1) else config.end.year - 1
    found: list[Target] = []

    def add(indicator: str, unit: str, level: str, place: str, year: int, value: float) -> None:
        first = Decimal(max(1, round(value)))
        values = (first, first + 1 + rng.randint(0, 9)) if rng.random() < 0.25 and unit != "percent" else (first,)
        subject = f"{config.fingerprint}-target-{len(found) + 1:04d}"
        found.append(Target(subject, indicator, unit, level, place, year, date(year, 1, 10), values))

    for year in range(config.start.year, last_year + 1):
        for code in config.cities:
            share = CITIES[code].size / total_size * meetings / sum(MIX.values())
            for indicator, unit, kind in _FOR_CITIES:
                add(indicator, unit, "city", code, year, share * MIX[kind] * rng.uniform(0.7, 1.3))
        add("CM-X-01", "percent", "programme", config.programme, year, 50)
        add("CM-X-03", "money", "programme", config.programme, year, meetings * 400)
        add("CM-O2-02", "person", "programme", config.programme, year, meetings / 10)
    return found
