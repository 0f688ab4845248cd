"""Lets the days of a simulated world pass, city by city, and keeps a record of what happened."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from random import Random

from ingestion.simulation.activities import MIX, Activities
from ingestion.simulation.agenda import Agenda, moment
from ingestion.simulation.calendar import activity
from ingestion.simulation.community import Community
from ingestion.simulation.config import SimulationConfig
from ingestion.simulation.facts import Fact, Proposal, ProposalFunding, Record, Target
from ingestion.simulation.people import note
from ingestion.simulation.places import CITIES, City

_FUNDERS = {"project": 50, "state_agency": 25, "micro_finance": 20, "other": 5}


@dataclass
class World:
    """All that happened, and the cities' targets. `agenda` keeps later retyping free of equal times."""

    config: SimulationConfig
    agenda: Agenda
    communities: dict[str, Community]
    records: list[Record] = field(default_factory=list)
    targets: list[Target] = field(default_factory=list)


def build_world(config: SimulationConfig, meetings: int) -> World:
    """A world with that many meetings (fewer if `config.until` cuts the last day short), before any retyping."""
    mark = config.fingerprint
    communities = {
        code: Community(CITIES[code], config.rng(f"people/{code}"), f"SIM-{mark}-{code}") for code in config.cities
    }
    world = World(config, Agenda(), communities)
    rng = config.rng("life")
    lives = {code: _Life(world, communities[code], config.rng(f"life/{code}")) for code in config.cities}
    for code, day, count in _quotas(config, meetings, rng):
        if len(lives) > 1 and rng.random() < 0.02:
            _somebody_moves(world, rng, code)
        for _ in range(count):
            lives[code].meet(day)
    return world


class _Life:
    """The days of one city."""

    def __init__(self, world: World, community: Community, rng: Random) -> None:
        self._world = world
        self._city = community.city
        self._rng = rng
        self._activities = Activities(community, rng, world.agenda)
        self._kinds = list(MIX)
        self._weights = [MIX[kind] * self._city.leaning.get(kind, 1.0) for kind in MIX]
        self._answers_due: list[tuple[date, Proposal, str, str]] = []

    def meet(self, day: date) -> None:
        """One meeting: a funder's answer that is due, or anything else."""
        fact = self._due_answer(day)
        if fact is None:
            fact = self._activities.make(self._rng.choices(self._kinds, weights=self._weights)[0], day)
        until = self._world.config.until
        if until is not None and fact.at > until:
            return
        number = len(self._world.records) + 1
        record = Record(f"{self._world.config.fingerprint}-{self._city.slug}-{number:06d}", self._city.code, [fact])
        self._world.records.append(record)
        if isinstance(fact, Proposal):
            self._ask_funders(fact, record.subject, day)

    def _ask_funders(self, proposal: Proposal, subject: str, day: date) -> None:
        """Half of the proposals find money, some of it from several funders; each answers on its own day."""
        if self._rng.random() < 0.5:
            asked = self._rng.choices((1, 2, 3), weights=(70, 22, 8))[0]
            names = self._rng.sample(list(_FUNDERS), k=asked)
            first = self._rng.choices(list(_FUNDERS), weights=list(_FUNDERS.values()))[0]
            for funder in dict.fromkeys([first, *names][:asked]):
                due = day + timedelta(days=self._rng.randint(5, 60))
                self._answers_due.append((due, proposal, subject, funder))
            self._answers_due.sort(key=lambda answer: (answer[0], answer[2], answer[3]))

    def _due_answer(self, day: date) -> Fact | None:
        if not self._answers_due or self._answers_due[0][0] > day:
            return None
        _, proposal, subject, funder = self._answers_due.pop(0)
        person = proposal.person
        at = self._world.agenda.take(self._city, person.card, moment(self._rng, self._city, day))
        granted = self._activities.money(self._rng.uniform(200, 4000), self._city.currency)
        return ProposalFunding(at, person, note(self._rng, person, day), subject, funder, granted)


def _quotas(config: SimulationConfig, meetings: int, rng: Random) -> Iterator[tuple[str, date, int]]:
    """City, day and number of meetings; the numbers add up to `meetings` exactly."""
    days = [config.start + timedelta(days=n) for n in range(config.days)]
    weights = [
        (code, day, activity(CITIES[code], day) * rng.uniform(0.6, 1.4)) for day in days for code in config.cities
    ]
    total = sum(weight for _, _, weight in weights)
    so_far, given = 0.0, 0
    for number, (code, day, weight) in enumerate(weights, start=1):
        so_far += weight
        due = meetings if number == len(weights) else int(so_far / total * meetings)
        yield code, day, due - given
        given = due


def _somebody_moves(world: World, rng: Random, to_city: str) -> None:
    origin: City = CITIES[rng.choice([code for code in world.communities if code != to_city])]
    people = world.communities[origin.code].people
    if people:
        mover = rng.choice(people)
        if all(known.card != mover.card for known in world.communities[to_city].people):
            world.communities[to_city].welcome(mover)
