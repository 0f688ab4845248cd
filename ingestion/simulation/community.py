"""Who lives in one city and whom a meeting of some kind is with: somebody known, or somebody who just arrived."""

from __future__ import annotations

from datetime import date
from random import Random

from ingestion.simulation.people import Household, Person, draw_person, draw_status
from ingestion.simulation.places import City

_AREAS = ("north", "south", "old town", "settlement A", "settlement B")


class Community:
    """People and households of a city; cards are made of `card_prefix` and a number."""

    def __init__(self, city: City, rng: Random, card_prefix: str) -> None:
        self.city = city
        self.people: list[Person] = []
        self.households: list[Household] = []
        self._rng = rng
        self._prefix = card_prefix

    def someone(self, day: date, youngest: int, oldest: int, known: float) -> Person:
        """Somebody between two ages (years) on that day; a person met before with chance `known`."""
        if self.people and self._rng.random() < known:
            for person in self._rng.choices(self.people, k=6):
                if youngest * 365.25 <= (day - person.born).days < (oldest + 1) * 365.25:
                    return person
        card = f"{self._prefix}-P{len(self.people) + 1:06d}"
        person = draw_person(self._rng, self.city, card, day, youngest, oldest)
        self.people.append(person)
        return person

    def welcome(self, mover: Person) -> None:
        """Somebody from another city settles here and keeps the card."""
        self.people.append(Person(mover.card, self.city.code, mover.sex, mover.born, draw_status(self._rng, self.city)))

    def a_household(self) -> Household:
        """A household to enumerate; one in five was tried or counted before."""
        if self.households and self._rng.random() < 0.2:
            return self._rng.choice(self.households)
        household = Household(
            card=f"{self._prefix}-H{len(self.households) + 1:06d}",
            city=self.city.code,
            head_sex=self._rng.choices(("female", "male", "unknown"), weights=(48, 50, 2))[0],
            status=draw_status(self._rng, self.city),
            members=1 + min(int(self._rng.expovariate(0.25)), 14),
            area=self._rng.choice(_AREAS),
        )
        self.households.append(household)
        return household
