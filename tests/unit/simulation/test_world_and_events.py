"""What the world says of itself is what a plain count of its events says."""

from __future__ import annotations

from collections import Counter

import pytest

from ingestion.simulation.simulation import Simulation
from ingestion.simulation.truth import rules, tallies
from tests.unit.simulation import recount

SERVICES_FOR_WORK = {"job_matching", "career_guidance"}
PERSON_TYPES = {
    "person.registered.v1",
    "service.provided.v1",
    "clinic.visit.v1",
    "advisory.given.v1",
    "training.completed.v1",
    "proposal.submitted.v1",
    "proposal.funded.v1",
}


def _standing(simulation: Simulation) -> list[tallies.Standing]:
    return [(record.city, record.standing) for record in simulation.world.records if record.standing]


def _by_city_and_month(numbers: tallies.Numbers, dimension: str = "total") -> Counter:
    return Counter(
        {
            (cell.place, cell.start.isoformat(), *([] if dimension == "total" else [cell.value])): int(number)
            for cell, number in numbers.items()
            if (cell.level, cell.precision, cell.dimension) == ("city", "month", dimension)
        }
    )


@pytest.fixture(params=["clean", "faulty"])
def simulation(request: pytest.FixtureRequest) -> Simulation:
    return request.getfixturevalue(request.param)


@pytest.fixture
def events(simulation: Simulation) -> list[recount.Event]:
    valid = [dispatch.event for dispatch in simulation.dispatches if dispatch.code is None]
    return recount.effective(event for event in valid if event["type"] != "target.set.v1")


def test_contacts__agree_with_events(simulation: Simulation, events: list[recount.Event]) -> None:
    visits = tallies.contacts(_standing(simulation), rules.CONTACTS["CM-O3-03-V"])
    assert _by_city_and_month(visits) == recount.contacts(events, "clinic.visit.v1")
    assert _by_city_and_month(visits, "status") == recount.contacts(events, "clinic.visit.v1", "status")


def test_people__agree_with_events(simulation: Simulation, events: list[recount.Event]) -> None:
    registered = tallies.distinct(_standing(simulation), rules.DISTINCT["CM-O3-02"])
    assert _by_city_and_month(registered) == recount.people(events, {"person.registered.v1"})
    for_work = [event for event in events if event["data"].get("service_type") in SERVICES_FOR_WORK]
    served = tallies.distinct(_standing(simulation), rules.DISTINCT["CM-O2-01"])
    assert _by_city_and_month(served) == recount.people(for_work, {"service.provided.v1"})


def test_participants__agree_with_events(simulation: Simulation, events: list[recount.Event]) -> None:
    share = tallies.female_share(_standing(simulation))
    everybody = recount.people(events, PERSON_TYPES)
    known = _by_city_and_month(share.whole)
    assert known.total() > 0
    assert all(known[key] <= number for key, number in everybody.items())
    assert set(known) <= set(everybody)


def test_proposals_and_arrivals__agree_with_events(simulation: Simulation, events: list[recount.Event]) -> None:
    standing = _standing(simulation)
    assert _by_city_and_month(tallies.proposals(standing)) == recount.contacts(events, "proposal.submitted.v1")
    funded: Counter[tuple[str, ...]] = Counter()
    for funder, numbers in tallies.proposals_funded(standing).items():
        if funder is not None:
            funded.update({(*key, funder): number for key, number in _by_city_and_month(numbers).items()})
    assert funded == recount.contacts(events, "proposal.funded.v1", "funder")
    people_in: Counter[tuple[str, ...]] = Counter()
    for event in events:
        if event["type"] == "arrival.counted.v1" and event["data"]["direction"] == "in":
            people_in[event["city"], recount.month(event)] += event["data"]["count"]
    assert _by_city_and_month(tallies.arrivals(standing)) == +people_in


def test_clean_world__every_event_is_a_record(clean: Simulation) -> None:
    assert len(clean.dispatches) == len(clean.world.records) == 3000
    assert [d.event["subject"] for d in clean.dispatches if d.kind != "create"] == []
