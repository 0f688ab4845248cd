"""What a city is part of, and which sums over places follow from it, in the truth's own words."""

from __future__ import annotations

from collections.abc import Iterator

from ingestion.simulation.places import CITIES

#: Sets and corridors by level, each with its cities.
SETS = {
    ("joint_set", "JS-KAIROUAN-JENDOUBA"): {"KAIROUAN", "JENDOUBA"},
    ("joint_set", "JS-JINJA-JIGJIGA"): {"JINJA", "JIGJIGA"},
    ("corridor", "COR-WEST-NILE"): {"ARUA", "KOBOKO"},
    ("corridor", "COR-KAIROUAN-MEDENINE-TATAOUINE"): {"KAIROUAN", "MEDENINE", "TATAOUINE"},
    ("corridor", "COR-BERBERA"): {"GABILEY", "BORAMA"},
    ("corridor", "COR-ETHIOPIAN-ECONOMIC"): {"ADAMA", "BISHOFTU", "DUKEM", "MODJO"},
    ("corridor", "COR-SAN-MARCOS-AMATITLAN"): {"SAN-MARCOS", "AMATITLAN"},
    ("corridor", "COR-TURKANA-WEST"): {"KAKUMA-KALOBEYEI"},
}
REGIONS = {
    "HORN-OF-AFRICA": {"ET", "KE", "UG", "SO"},
    "NORTH-AFRICA": {"TN"},
    "CENTRAL-AMERICA": {"GT"},
}


def containers(city: str) -> Iterator[tuple[str, str]]:
    """Level and code of every place whose figure sums that of the city, itself among them."""
    country = CITIES[city].country
    yield "city", city
    yield "country", country
    yield from (("region", region) for region, countries in REGIONS.items() if country in countries)
    yield from (key for key, members in SETS.items() if city in members)
    yield "programme", "SIM"


def place_sums() -> Iterator[tuple[tuple[str, str], list[tuple[str, str]]]]:
    """Level and code of a sum, and those of its parts: every way in which places add up to another."""
    cities = {country: {c.code for c in CITIES.values() if c.country == country} for country in _countries()}
    for country, members in cities.items():
        yield ("country", country), [("city", city) for city in members]
        for key, inside in SETS.items():
            if inside <= members:
                yield ("country", country), [key, *(("city", city) for city in members - inside)]
    for key, members in SETS.items():
        yield key, [("city", city) for city in members]
    for region, countries in REGIONS.items():
        yield ("region", region), [("country", country) for country in countries]
    yield ("programme", "SIM"), [("country", country) for country in _countries()]
    yield ("programme", "SIM"), [("region", region) for region in REGIONS]


def _countries() -> list[str]:
    return sorted({city.country for city in CITIES.values()})
