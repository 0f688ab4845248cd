"""The cities and joint sets of cities that events may name, from the programme's reference data."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from infra.settings import REPO

PLACES = REPO / "dbt_project" / "seeds" / "places" / "places.csv"
MEMBERS = REPO / "dbt_project" / "seeds" / "places" / "place_members.csv"


class PlacesError(RuntimeError):
    """The reference data of places cannot be read; the message says which file."""


@dataclass(frozen=True)
class Places:
    """City codes, and the members of each joint set."""

    cities: frozenset[str]
    joint_sets: Mapping[str, frozenset[str]] = field(default_factory=dict)
    #: ISO 3166 alpha-2 code of each city's country.
    countries: Mapping[str, str] = field(default_factory=dict)
    #: First and last day, as ISO 8601 text, of those that begin or end; empty where there is none.
    validity: Mapping[str, tuple[str, str]] = field(default_factory=dict)

    def knows(self, code: str) -> bool:
        """True for a city or joint set."""
        return code in self.cities or code in self.joint_sets

    def is_city(self, code: str) -> bool:
        """True for a single city."""
        return code in self.cities

    def is_within(self, code: str, cities: frozenset[str]) -> bool:
        """True for a joint set of which all members are in `cities`."""
        members = self.joint_sets.get(code)
        return members is not None and members <= cities

    def days_if_not(self, code: str, day: str) -> tuple[str, str] | None:
        """First and last day of the place if `day` (ISO 8601) is none of them; None where all is well."""
        days = self.validity.get(code)
        if days is None or (days[0] <= day and (not days[1] or day <= days[1])):
            return None
        return days


def read_places(places: Path = PLACES, members: Path = MEMBERS) -> Places:
    """The places as the seeds of the warehouse hold them. Raises PlacesError if a file is missing or damaged."""
    try:
        rows = _rows(places)
        levels = {row["place_code"]: row["level"] for row in rows}
        countries = {row["place_code"]: row["country_code"] for row in rows if row["country_code"]}
        validity = {row["place_code"]: (row["valid_from"], row["valid_to"]) for row in rows}
        sets: dict[str, set[str]] = {code: set() for code, level in levels.items() if level == "joint_set"}
        for row in _rows(members):
            if row["parent_code"] in sets:
                sets[row["parent_code"]].add(row["member_code"])
    except (OSError, KeyError, csv.Error, UnicodeDecodeError) as error:
        raise PlacesError(
            f"The list of places cannot be read from {places} and {members} ({type(error).__name__}: {error}). "
            "Restore the files from version control."
        ) from error
    return Places(
        cities=frozenset(code for code, level in levels.items() if level == "city"),
        joint_sets={code: frozenset(cities) for code, cities in sets.items() if cities},
        countries=countries,
        validity={code: days for code, days in validity.items() if any(days)},
    )


def _rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))
