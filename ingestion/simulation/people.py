"""People and households of the simulated cities, and what a clerk writes down about them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from random import Random

from ingestion.simulation.places import City

#: Upper bounds in years, first one that is larger than the age wins.
_AGE_BANDS = ((5, "0-4"), (12, "5-11"), (15, "12-14"), (18, "15-17"), (25, "18-24"), (35, "25-34"), (60, "35-59"))
_STATUS_MIX = {
    "ET": {
        "idp": 30,
        "internal_labour_migrant": 25,
        "host_community": 20,
        "refugee": 12,
        "returnee": 10,
        "asylum_seeker": 3,
    },
    "KE": {"refugee": 60, "host_community": 28, "asylum_seeker": 12},
    "UG": {"refugee": 50, "host_community": 30, "internal_labour_migrant": 15, "idp": 5},
    "TN": {"international_labour_migrant": 35, "host_community": 35, "asylum_seeker": 20, "returnee": 10},
    "GT": {"remittance_household": 45, "returnee": 20, "host_community": 20, "internal_labour_migrant": 15},
    "SO": {"idp": 40, "host_community": 30, "returnee": 20, "refugee": 8, "stateless": 2},
}
_NEXT_STATUS = {"asylum_seeker": "refugee", "idp": "returnee", "internal_labour_migrant": "host_community"}


@dataclass
class Person:
    """Somebody known to one city by a card; the same card may turn up in another city after a move."""

    card: str
    city: str
    sex: str
    born: date
    status: str
    advisories: int = 0
    clinic_visits: int = 0
    is_registered: bool = False


@dataclass
class Household:
    """People who eat together; `absent` ones are visited again."""

    card: str
    city: str
    head_sex: str
    status: str
    members: int
    area: str


@dataclass(frozen=True)
class Noted:
    """What was written down about somebody at one meeting; it may be wrong, unknown or left out."""

    sex: str
    age_band: str
    status: str
    disability: str | None = None


def age_band(born: date, day: date) -> str:
    """Band of the age in completed years on that day."""
    years = day.year - born.year - ((day.month, day.day) < (born.month, born.day))
    return next((band for limit, band in _AGE_BANDS if years < limit), "60+")


def draw_status(rng: Random, city: City) -> str:
    """A status as common as it is in the city's country."""
    mix = _STATUS_MIX[city.country]
    return rng.choices(list(mix), weights=list(mix.values()))[0]


def draw_person(rng: Random, city: City, card: str, day: date, youngest: int, oldest: int) -> Person:
    """Somebody between the two ages (years) on that day."""
    days_old = rng.randint(youngest * 366, oldest * 365 + 364)
    sex = rng.choices(("female", "male", "other"), weights=(54, 45, 1))[0]
    return Person(card, city.code, sex, day - timedelta(days=days_old), draw_status(rng, city))


def note(rng: Random, person: Person, day: date) -> Noted:
    """What a clerk writes about the person on that day. Now and then the person's status has moved on."""
    if rng.random() < 0.02:
        person.status = _NEXT_STATUS.get(person.status, person.status)
    return Noted(
        sex=_or_gap(rng, person.sex),
        age_band=_or_gap(rng, age_band(person.born, day)),
        status=_or_gap(rng, person.status),
        disability=rng.choices((None, "no", "yes", "not_collected"), weights=(60, 30, 7, 3))[0],
    )


def _or_gap(rng: Random, value: str) -> str:
    return rng.choices((value, "unknown", "not_collected"), weights=(96, 1.5, 2.5))[0]
