"""The attacker finds each known way to a hidden number, and finds none where the rule and its guard did their work."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ingestion.simulation.truth.cells import periods
from reporting.protection.cells import Cell, Component, sums_of
from reporting.protection.rule import hide_more
from tests.attack.bounds import systems
from tests.attack.knowledge import Name, learn

PLACES = {
    "ADAMA": [("cities", "ET"), ("cities", "CORRIDOR")],
    "BISHOFTU": [("cities", "ET"), ("cities", "CORRIDOR")],
    "JIGJIGA": [("cities", "ET"), ("outside", "ET")],
    "CORRIDOR": [("outside", "ET")],
    "ARUA": [("cities", "UG")],
    "JINJA": [("cities", "UG")],
    "ET": [("countries", "SIM")],
    "UG": [("countries", "SIM")],
}
CONTAINERS = {
    "ADAMA": ("ADAMA", "CORRIDOR", "ET", "SIM"),
    "BISHOFTU": ("BISHOFTU", "CORRIDOR", "ET", "SIM"),
    "JIGJIGA": ("JIGJIGA", "ET", "SIM"),
    "ARUA": ("ARUA", "UG", "SIM"),
    "JINJA": ("JINJA", "UG", "SIM"),
}
MAY = date(2018, 5, 1)


def row(actual: int | None, dimension: str = "total", value: str = "total", **other: Any) -> dict[str, Any]:
    """A published row; hidden without an `actual`."""
    return {
        "indicator_code": "CM-O3-03-V", "unit_of_count": "contact", "geography_code": "ADAMA", "period_start": MAY,
        "period_precision": "month", "dimension": dimension, "dimension_value": value, "actual": actual,
        "numerator": None, "denominator": None, "achievement": None, "target": None,
        "suppression": "complementary" if actual is None else None, **other,
    }  # fmt: skip


def pinned(rows: list[dict[str, Any]], *, whole: bool = True) -> list[Name]:
    return [name for system in systems(learn(rows, PLACES)) for name in system.pinned(whole=whole)]


YEAR: dict[str, Any] = {"period_start": date(2018, 1, 1), "period_precision": "year"}
QUARTER: dict[str, Any] = {"period_start": date(2018, 4, 1), "period_precision": "quarter"}
SHARE: dict[str, Any] = {"indicator_code": "CM-X-01", "unit_of_count": "percent"}
PEOPLE: dict[str, Any] = {"indicator_code": "CM-O3-03-P", "unit_of_count": "person"}
TO_DATE: dict[str, Any] = {
    "period_start": date(2017, 1, 1),
    "period_end": date(2020, 12, 31),
    "period_precision": "phase",
}
LATER: dict[str, Any] = {"period_start": date(2019, 1, 1), "period_precision": "year"}
LEAKS = {
    "contacts to date minus their other year": [row(20, **TO_DATE), row(17, **YEAR), row(None, **LATER)],
    "people to date of a city that has one year": [row(20, **PEOPLE, **TO_DATE), row(None, **PEOPLE, **YEAR)],
    "a group to date that is not there": [
        row(20, **YEAR), row(None, "sex", "male", **YEAR), row(None, "sex", "female", **YEAR),
        row(20, **TO_DATE), row(20, "sex", "male", **TO_DATE),
    ],
    "people to date are not more than those of all years": [
        row(20, **PEOPLE, **TO_DATE), row(16, **PEOPLE, **YEAR),
        row(None, **PEOPLE, **LATER, suppression="bottom_coded", actual_low=1, actual_high=4),
    ],
    "total minus groups": [row(20), row(None, "sex", "female"), row(17, "sex", "male")],
    "country minus its corridor and the others": [
        row(20, geography_code="ET"), row(None, geography_code="JIGJIGA"), row(17, geography_code="CORRIDOR"),
        row(None), row(None, geography_code="BISHOFTU"),
    ],
    "country minus cities": [row(20, geography_code="ET"), row(None), row(17, geography_code="JIGJIGA")],
    "quarter minus months": [row(20, **QUARTER), row(None), row(17, period_start=date(2018, 6, 1))],
    "year minus quarters": [
        row(20, **YEAR), row(None, **QUARTER), row(17, **QUARTER | {"period_start": date(2018, 7, 1)}),
    ],
    "groups add up to a hidden total": [row(None), row(3, "sex", "female"), row(17, "sex", "male")],
    "achievement times target": [row(None, achievement=2, target=10), row(17, "sex", "male"),
                                 row(None, "sex", "female")],
    "mates that have no row": [row(20), row(None, "sex", "female"), row(None, "sex", "male"), row(17, "status", "idp"),
                               row(None, "sex_age", "female|60+"), row(None, "age_band", "60+"),
                               row(17, "age_band", "18-24"), row(17, "sex_age", "male|18-24")],
    "parts of a share": [row(None, **SHARE), row(50, geography_code="JIGJIGA", numerator=20, denominator=40, **SHARE),
                         row(50, geography_code="ET", numerator=23, denominator=46, **SHARE)],
    "two that are both fewer than five": [
        row(8),
        row(None, "sex", "female", suppression="bottom_coded", actual_low=1, actual_high=4),
        row(None, "sex", "male", suppression="bottom_coded", actual_low=1, actual_high=4),
    ],
    "people and contacts": [row(20), row(None, "sex", "female"), row(None, "sex", "male"),
                            row(17, "sex", "male", **PEOPLE), row(3, "sex", "female", **PEOPLE)],
}  # fmt: skip


@pytest.mark.parametrize("leak", LEAKS)
def test_attacker__finds_the_known_leak(leak: str) -> None:
    assert pinned(LEAKS[leak])


def test_attacker__finds_nothing_in_a_protected_pair() -> None:
    assert not pinned([row(20), row(None, "sex", "female"), row(None, "sex", "male")])


_people = st.dictionaries(
    st.tuples(
        st.sampled_from(sorted(CONTAINERS)),
        st.sampled_from([5, 6]),
        st.sampled_from(["female", "male", "other"]),
        st.sampled_from(["5-11", "18-24", "60+"]),
    ),
    st.integers(min_value=1, max_value=14),
    min_size=1,
    max_size=30,
)


def _component(people: dict[tuple[str, int, str, str], int], coded: bool) -> Component:
    component = Component(5, over_time=True, is_coded=coded)
    for (city, month, sex, age), number in people.items():
        for place in CONTAINERS[city]:
            # Figures to date are judged apart, beside the years.
            shorter = [each for each in periods(date(2018, month, 1)) if each[1] != "phase"]
            for start, precision in shorter:
                for dims in (("total", "total"), ("sex", sex), ("age_band", age), ("sex_age", f"{sex}|{age}")):
                    cell = Cell(place, start, precision, *dims)
                    component.numbers[cell] = component.numbers.get(cell, 0) + number
    component.hidden = {cell for cell, number in component.numbers.items() if number < 5}
    component.coded = set(component.hidden) if coded else set()
    return component


@settings(deadline=None, max_examples=60)
@given(people=_people, coded=st.booleans())
def test_guard__leaves_nothing_to_the_attacker(people: dict[tuple[str, int, str, str], int], coded: bool) -> None:
    component = _component(people, coded)
    hide_more(component, sums_of(component, PLACES))
    rows = []
    for cell, number in component.numbers.items():
        shown: dict[str, Any] = {
            "geography_code": cell.place,
            "period_start": cell.start,
            "period_precision": cell.precision,
        }
        if cell in component.coded:
            shown |= {"suppression": "bottom_coded", "actual_low": 1, "actual_high": 4}
        actual = None if cell in component.hidden else number
        rows.append(row(actual, cell.dimension, cell.value, **shown))
    assert not pinned(rows, whole=False)
