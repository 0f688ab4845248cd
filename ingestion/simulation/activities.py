"""One meeting of each kind: whom it is with, when in the day, and what is written down."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, timedelta
from decimal import Decimal
from random import Random

from ingestion.simulation.agenda import Agenda, day_start, moment
from ingestion.simulation.community import Community
from ingestion.simulation.facts import (
    Advisory,
    ArrivalCount,
    ClinicVisit,
    Commitment,
    Fact,
    HouseholdVisit,
    Proposal,
    Registration,
    Service,
    Training,
)
from ingestion.simulation.people import Person, note

#: Share of all meetings, before a city's leaning.
MIX = {
    "registration": 17,
    "service": 27,
    "clinic": 14,
    "advisory": 8,
    "training": 7,
    "proposal": 5,
    "household": 9,
    "commitment": 3,
    "arrival": 10,
}
SERVICES = {
    "information": 14,
    "referral": 12,
    "identity_documents": 16,
    "legal": 8,
    "psychosocial": 8,
    "housing": 8,
    "water_sanitation": 8,
    "job_matching": 16,
    "career_guidance": 10,
}
SOURCES = {"city": 45, "national": 20, "donor": 25, "private": 10}
#: Rough worth of 1 USD, for amounts of a credible size only; the right answers use real rates.
_ROUGHLY = {"ETB": 28, "KES": 101, "UGX": 3700, "TND": 3, "GTQ": 8, "SOS": 24000, "EUR": 1, "USD": 1}


class Activities:
    """Makes facts for one city. `make(kind, day)` picks by the keys of MIX."""

    def __init__(self, community: Community, rng: Random, agenda: Agenda) -> None:
        self._community = community
        self._city = community.city
        self._rng = rng
        self._agenda = agenda
        self._makers: dict[str, Callable[[date], Fact]] = {
            "registration": self._registration,
            "service": self._service,
            "clinic": self._clinic,
            "advisory": self._advisory,
            "training": self._training,
            "proposal": self._proposal,
            "household": self._household,
            "commitment": self._commitment,
            "arrival": self._arrival,
        }

    def make(self, kind: str, day: date) -> Fact:
        """One meeting of this kind on that day."""
        return self._makers[kind](day)

    def money(self, usd: float, currency: str) -> Decimal:
        """About that many USD in another currency, to two decimals."""
        return Decimal(round(usd * _ROUGHLY[currency] * 100)) / 100

    def _at(self, person: Person, day: date, opens: int = 8, closes: int = 17) -> datetime:
        return self._agenda.take(self._city, person.card, moment(self._rng, self._city, day, opens, closes))

    def _registration(self, day: date) -> Fact:
        person = self._community.someone(day, 12, 75, known=0.25)
        renewal = person.is_registered
        person.is_registered = True
        at = self._at(person, day)
        desk = self._rng.choice(("desk 1", "desk 2", "mobile desk"))
        return Registration(at, person, note(self._rng, person, day), renewal, desk, self._rng.randint(1, 9))

    def _service(self, day: date) -> Fact:
        person = self._community.someone(day, 10, 75, known=0.6)
        kind = self._rng.choices(list(SERVICES), weights=list(SERVICES.values()))[0]
        channel = self._rng.choice(("office", "phone", "outreach"))
        return Service(self._at(person, day), person, note(self._rng, person, day), kind, channel)

    def _clinic(self, day: date) -> Fact:
        person = self._community.someone(day, 0, 80, known=0.6)
        adult_woman = person.sex == "female" and (day - person.born).days > 15 * 365
        line = self._rng.choices(("maternal", "mental", "general"), weights=(40 if adult_woman else 0, 15, 45))[0]
        person.clinic_visits += 1
        # Open day and night: the hours around midnight show whose day is counted.
        at = self._at(person, day, 0, 24)
        return ClinicVisit(at, person, note(self._rng, person, day), line, person.clinic_visits == 1)

    def _advisory(self, day: date) -> Fact:
        person = self._community.someone(day, 18, 70, known=0.65)
        person.advisories += 1
        at = self._at(person, day, 9, 20)
        noted = note(self._rng, person, day)
        return Advisory(at, person, noted, person.advisories, self._rng.random() < 0.6, self._rng.randint(10, 60))

    def _training(self, day: date) -> Fact:
        person = self._community.someone(day, 15, 45, known=0.6)
        at = self._agenda.take(self._city, person.card, day_start(self._city, day))
        course = self._rng.choice(("tailoring", "masonry", "book-keeping", "solar installation", "hospitality"))
        noted = note(self._rng, person, day)
        return Training(at, person, noted, course, self._rng.choice((16, 40, 80, 120)), self._rng.random() < 0.8)

    def _proposal(self, day: date) -> Fact:
        person = self._community.someone(day, 16, 34, known=0.5)
        asked = self.money(self._rng.uniform(300, 6000), self._city.currency) if self._rng.random() < 0.8 else None
        sector = self._rng.choice(("tourism", "crafts", "food", "repair", "transport"))
        return Proposal(self._at(person, day), person, note(self._rng, person, day), sector, asked)

    def _household(self, day: date) -> Fact:
        household = self._community.a_household()
        at = self._agenda.take(self._city, household.card, day_start(self._city, day))
        result = self._rng.choices(("complete", "absent", "refused"), weights=(84, 11, 5))[0]
        members = max(1, household.members + self._rng.choice((-1, 0, 0, 0, 1)))
        return HouseholdVisit(at, household, household.head_sex, household.status, members, result)

    def _commitment(self, day: date) -> Fact:
        source = self._rng.choices(list(SOURCES), weights=list(SOURCES.values()))[0]
        foreign = source == "donor" and self._rng.random() < 0.7
        currency = self._rng.choice(("USD", "EUR")) if foreign else self._city.currency
        amount = self.money(self._rng.lognormvariate(9.5, 1.0), currency)
        return Commitment(day_start(self._city, day), source, amount, currency, self._rng.random() < 0.15)

    def _arrival(self, day: date) -> Fact:
        market = 2.0 if day.weekday() == self._city.market_day else 1.0
        count = int(self._rng.expovariate(1 / (3 * market)))
        direction = self._rng.choices(("in", "out"), weights=(75, 25))[0]
        at = day_start(self._city, day) + timedelta(hours=self._rng.choice((6, 7, 8, 12, 17, 18, 19)))
        return ArrivalCount(at, direction, count, self._rng.choice(self._city.points), self._rng.random() < 0.3)
