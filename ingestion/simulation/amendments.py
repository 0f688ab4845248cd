"""Clerks who retype and void: picks records, changes what was noted, or takes the record back."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from random import Random
from typing import Any

from ingestion.simulation.activities import SERVICES, SOURCES
from ingestion.simulation.facts import (
    ArrivalCount,
    ClinicVisit,
    Commitment,
    Fact,
    HouseholdVisit,
    PersonFact,
    ProposalFunding,
    Record,
    Service,
    Training,
)
from ingestion.simulation.places import CITIES
from ingestion.simulation.world import World

_SEXES = ("female", "male", "other", "unknown")
_BANDS = ("0-4", "5-11", "12-14", "15-17", "18-24", "25-34", "35-59", "60+", "unknown")
_STATUSES = ("refugee", "asylum_seeker", "idp", "returnee", "internal_labour_migrant", "host_community")

Change = Callable[[Random, World, Record, Fact], Fact]


def amend(world: World, corrections: int, voids: int) -> None:
    """Add that many corrected versions and take back that many records. A record keeps its city."""
    if not world.records:
        return
    rng = world.config.rng("amendments")
    for _ in range(corrections):
        record = rng.choice(world.records)
        last = record.versions[-1]
        changed = last
        while changed == last:
            changed = rng.choice(_changes_of(last))(rng, world, record, last)
        record.versions.append(changed)
    for record in rng.sample(world.records, k=min(voids, len(world.records))):
        record.is_voided = True


def _changes_of(fact: Fact) -> list[Change]:
    if isinstance(fact, PersonFact):
        return [_person_dims, _person_dims, _moved_day, _other_card, *_own_changes(fact)]
    return [_moved_day, *_own_changes(fact)]


def _own_changes(fact: Fact) -> list[Change]:
    own: dict[type[Fact], Change] = {
        Service: _one_of("kind", tuple(SERVICES)),
        ClinicVisit: _one_of("line", ("maternal", "mental", "general")),
        Training: _one_of("hours", (16, 40, 80, 120)),
        ProposalFunding: _one_of("funder", ("project", "state_agency", "other")),
        HouseholdVisit: _household,
        Commitment: _commitment,
        ArrivalCount: _recount,
    }
    return [own[type(fact)]] * 2 if type(fact) in own else []


def _one_of(attribute: str, values: tuple[object, ...]) -> Change:
    def change(rng: Random, world: World, record: Record, fact: Fact) -> Fact:
        changes: dict[str, Any] = {attribute: rng.choice(values)}
        return replace(fact, **changes)

    return change


def _person_dims(rng: Random, world: World, record: Record, fact: Fact) -> Fact:
    assert isinstance(fact, PersonFact)
    wrong = rng.choice(("sex", "age_band", "status"))
    choices = {"sex": _SEXES, "age_band": _BANDS, "status": _STATUSES}[wrong]
    return replace(fact, noted=replace(fact.noted, **{wrong: rng.choice(choices)}))


def _moved_day(rng: Random, world: World, record: Record, fact: Fact) -> Fact:
    """Another day, often in another month; the hour of the clock stays."""
    city = CITIES[record.city]
    at = fact.at + timedelta(days=rng.choice((-30, -14, -7, -2, -1, 1, 2, 7, 14, 30)))
    if not world.config.start <= at.date() < world.config.end or _is_after(at, world.config.until):
        return fact
    if isinstance(fact, PersonFact):
        at = world.agenda.take(city, fact.person.card, at)
    if isinstance(fact, HouseholdVisit):
        at = world.agenda.take(city, fact.household.card, at)
    return replace(fact, at=at)


def _other_card(rng: Random, world: World, record: Record, fact: Fact) -> Fact:
    """The wrong card was scanned: it was somebody else of the same city."""
    assert isinstance(fact, PersonFact)
    person = rng.choice(world.communities[record.city].people)
    return replace(fact, person=person, at=world.agenda.take(CITIES[record.city], person.card, fact.at))


def _household(rng: Random, world: World, record: Record, fact: Fact) -> Fact:
    assert isinstance(fact, HouseholdVisit)
    return replace(
        fact,
        result=rng.choice(("complete", "absent", "refused")),
        head_sex=rng.choice(("female", "male")),
        status=rng.choice(_STATUSES),
    )


def _recount(rng: Random, world: World, record: Record, fact: Fact) -> Fact:
    assert isinstance(fact, ArrivalCount)
    return replace(fact, count=rng.randint(0, 40), direction=rng.choice(("in", "out")))


def _commitment(rng: Random, world: World, record: Record, fact: Fact) -> Fact:
    assert isinstance(fact, Commitment)
    return replace(fact, amount=fact.amount * 10, source=rng.choice(list(SOURCES)))


def _is_after(at: datetime, until: datetime | None) -> bool:
    return until is not None and at > until
