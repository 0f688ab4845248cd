"""Two releases side by side: what a reader who subtracts one from the other must not find."""

from __future__ import annotations

from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from reporting.protection.cells import Cell, Component, sums_of
from reporting.protection.elimination import decided
from reporting.releases.differences import Earlier, hide_small_differences

YEAR = date(2019, 1, 1)
SEXES = ("female", "male", "other")
CITIES = ("ADAMA", "BISHOFTU", "DUKEM")
PLACES = {city: [("country", "ET")] for city in CITIES}
THRESHOLD = 5


def table(numbers: dict[tuple[str, str], int]) -> dict[Cell, int]:
    """Cities by sex, with all totals."""
    found: dict[Cell, int] = {}
    for (city, sex), number in numbers.items():
        for place in (city, "ET"):
            for dimension, value in (("sex", sex), ("total", "total")):
                cell = Cell(place, YEAR, "year", dimension, value)
                found[cell] = found.get(cell, 0) + number
    return {cell: number for cell, number in found.items() if number}


def total(city: str) -> Cell:
    return Cell(city, YEAR, "year")


def component(numbers: dict[Cell, int]) -> Component:
    return Component(THRESHOLD, over_time=False, numbers=dict(numbers))


def test_two_people_more__hide_the_number_and_one_beside_it() -> None:
    then = table({("ADAMA", "female"): 20, ("BISHOFTU", "female"): 30, ("DUKEM", "female"): 40})
    now = component(table({("ADAMA", "female"): 22, ("BISHOFTU", "female"): 30, ("DUKEM", "female"): 40}))
    hide_small_differences(now, PLACES, Earlier(then, set(then)))
    assert total("ADAMA") in now.hidden
    assert total("ET") in now.hidden  # it moved by the same two people
    assert total("BISHOFTU") not in now.hidden  # it did not move


def test_nothing_moved__nothing_is_hidden() -> None:
    then = table({("ADAMA", "female"): 20, ("BISHOFTU", "male"): 30})
    now = component(then)
    hide_small_differences(now, PLACES, Earlier(then, set(then)))
    assert not now.hidden


def test_many_more__are_told() -> None:
    then = table({("ADAMA", "female"): 20})
    now = component(table({("ADAMA", "female"): 25}))
    hide_small_differences(now, PLACES, Earlier(then, set(then)))
    assert not now.hidden


counts = st.dictionaries(st.tuples(st.sampled_from(CITIES), st.sampled_from(SEXES)), st.integers(5, 40), min_size=1)


@given(then=counts, moved=counts, hidden_then=st.sets(st.integers(0, 30)), hidden_now=st.sets(st.integers(0, 30)))
def test_no_small_difference_is_left__whatever_was_hidden_before(
    then: dict[tuple[str, str], int],
    moved: dict[tuple[str, str], int],
    hidden_then: set[int],
    hidden_now: set[int],
) -> None:
    before = table(then)
    now = component(table({**then, **moved}))
    shown = {cell for number, cell in enumerate(sorted(before)) if number not in hidden_then}
    now.hidden = {cell for number, cell in enumerate(sorted(now.numbers)) if number in hidden_now}
    hide_small_differences(now, PLACES, Earlier(before, shown))
    both = Component(THRESHOLD, over_time=False, numbers=before | now.numbers)
    unknown = {c for c in both.numbers if c in now.hidden or (c in before and c not in shown)}
    equations = [
        {part: 1 for part in parts if part in unknown} | ({parent: -1} if parent in unknown else {})
        for parent, parts in sums_of(both, PLACES)
    ]
    told = (set(both.numbers) - unknown) | decided(equation for equation in equations if equation)
    moves = {cell: now.numbers.get(cell, 0) - before.get(cell, 0) for cell in told}
    could = {cell for cell in now.numbers if now.can_hide(cell)}
    assert not {cell for cell, by in moves.items() if 0 < abs(by) < THRESHOLD and cell in could}
