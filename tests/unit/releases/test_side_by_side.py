"""Releases side by side: no small number comes out, even for somebody who guesses what did not move."""

from __future__ import annotations

from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from reporting.protection.cells import Cell, Component, PlaceSums, sums_of
from reporting.protection.elimination import decided
from reporting.protection.rule import hide_more, satisfy
from reporting.releases.differences import Earlier
from reporting.releases.protect import protect_component

YEAR = date(2019, 1, 1)
CITIES = ("ADAMA", "BISHOFTU", "DUKEM", "HARAR")
SEXES = ("female", "male")
PLACES: PlaceSums = {city: [("country", "ET")] for city in CITIES}
THRESHOLD = 5
Numbers = dict[Cell, int]


def table(numbers: dict[tuple[str, str], int]) -> Numbers:
    """Cities by sex, with all totals."""
    found: Numbers = {}
    for (city, sex), number in numbers.items():
        for place in (city, "ET"):
            for dimension, value in (("sex", sex), ("total", "total")):
                cell = Cell(place, YEAR, "year", dimension, value)
                found[cell] = found.get(cell, 0) + number
    return found


def protected(numbers: Numbers) -> Component:
    """As a publication is: small numbers hidden, with what it takes beside them."""
    made = Component(THRESHOLD, over_time=False, numbers=dict(numbers))
    made.hidden = {cell for cell, number in numbers.items() if 0 < number < THRESHOLD}
    sums = sums_of(made, PLACES)
    satisfy(made, sums)
    hide_more(made, sums)
    return made


def as_released(made: Component) -> Earlier:
    return Earlier(made.numbers, made.numbers.keys() - made.hidden, set(made.hidden))


def release(numbers: Numbers, earlier: list[Earlier]) -> Component:
    made = protected(numbers)
    protect_component(made, PLACES, earlier)
    return made


def guessed(releases: list[Earlier]) -> set[tuple[Cell, int]]:
    """Cells and their small numbers that somebody finds out who knows which numbers did not move."""
    shown = {(cell, each.numbers[cell]) for each in releases for cell in each.shown}
    equations: list[dict[tuple[Cell, int], int]] = []
    for each in releases:
        own = Component(THRESHOLD, over_time=False, numbers=each.numbers)
        for parent, parts in sums_of(own, PLACES):
            terms = {(part, each.numbers[part]): 1 for part in parts} | {(parent, each.numbers[parent]): -1}
            equations.append({unknown: by for unknown, by in terms.items() if unknown not in shown})
    found = decided(equation for equation in equations if equation)
    return {(cell, number) for cell, number in found | shown if 0 < number < THRESHOLD}


def test_the_number_hidden_beside_a_small_one__stays_hidden_when_another_could_take_its_place() -> None:
    then = {("ADAMA", "female"): 3, ("BISHOFTU", "female"): 10, ("DUKEM", "female"): 20, ("HARAR", "female"): 60}
    first = as_released(protected(table(then)))
    assert Cell("BISHOFTU", YEAR, "year") in first.hidden
    now = table({**then, ("DUKEM", "female"): 6})
    assert Cell("BISHOFTU", YEAR, "year") not in protected(now).hidden  # alone it would hide Dukem
    assert Cell("BISHOFTU", YEAR, "year") in release(now, [first]).hidden


counts = st.fixed_dictionaries({(city, sex): st.integers(1, 40) for city in CITIES for sex in SEXES})
moves = st.dictionaries(st.tuples(st.sampled_from(CITIES), st.sampled_from(SEXES)), st.integers(1, 40), max_size=3)


@given(first=counts, second=moves, third=moves)
def test_three_releases__tell_no_small_number_together(
    first: dict[tuple[str, str], int], second: dict[tuple[str, str], int], third: dict[tuple[str, str], int]
) -> None:
    releases = [as_released(protected(table(first)))]
    for moved in (second, third):
        first = {**first, **moved}
        releases.append(as_released(release(table(first), list(releases))))
    assert guessed(releases) == set()
