"""Small worlds that several tests look at."""

from __future__ import annotations

from datetime import date

import pytest

from ingestion.simulation.config import SimulationConfig
from ingestion.simulation.simulation import Simulation, simulate
from ingestion.simulation.truth import ExpectedCell


@pytest.fixture(scope="session")
def faulty() -> Simulation:
    """Two months over the end of the Somali rates, with every kind of fault."""
    return simulate(SimulationConfig(seed=11, days=61, start=date(2018, 6, 1), events=4000))


@pytest.fixture(scope="session")
def faulty_truth(faulty: Simulation) -> list[ExpectedCell]:
    """The right answers of the faulty world."""
    return faulty.truth()


@pytest.fixture(scope="session")
def clean() -> Simulation:
    """The same two months of other people, without any fault."""
    return simulate(
        SimulationConfig(
            seed=12,
            days=61,
            start=date(2018, 6, 1),
            events=3000,
            duplicates=0,
            corrections=0,
            voids=0,
            late=0,
            bad=0,
            targets=False,
        )
    )
