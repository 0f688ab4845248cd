"""Rule SC-1 on small tables by hand, and on thousands of made-up ones."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from ingestion.simulation.simulation import Simulation
from ingestion.simulation.truth.cells import Cell, ExpectedCell, periods
from ingestion.simulation.truth.geography import containers
from ingestion.simulation.truth.small_cells import (
    hidden_cells,
    sums_of_breakdowns,
    sums_of_places,
    sums_of_time,
    with_empty_parts,
)

JUNE = Cell("city", "ARUA", date(2018, 6, 1), "month")


def _sexes(**numbers: int) -> dict[Cell, Decimal]:
    cells = {JUNE._replace(dimension="sex", value=name): Decimal(number) for name, number in numbers.items()}
    return cells | {JUNE: sum(cells.values(), Decimal(0))}


def _hidden(numbers: dict[Cell, Decimal], threshold: int = 5) -> set[str]:
    equations = [*sums_of_breakdowns(numbers), *sums_of_places(numbers)]
    return {cell.value for cell in hidden_cells(numbers, equations, threshold)}


def test_small_cell__takes_the_next_smallest_with_it() -> None:
    assert _hidden(_sexes(female=20, male=30, other=2)) == {"other", "female"}


def test_large_cells__stay() -> None:
    assert _hidden(_sexes(female=5, male=30)) == set()


def test_two_small_cells__whose_sum_is_small_take_a_third() -> None:
    hidden = _hidden(_sexes(female=20, male=30, other=2, unknown=1))
    assert hidden == {"other", "unknown", "female"}


def test_two_small_cells__whose_sum_is_large_protect_each_other() -> None:
    assert _hidden(_sexes(female=20, male=3, other=4)) == {"male", "other"}


def test_empty_cell__is_hidden_first() -> None:
    assert _hidden(_sexes(female=20, male=30, other=2, unknown=0)) == {"other", "unknown", "female"}
    assert _hidden(_sexes(female=20, male=30, unknown=0)) == set()


def test_empty_parts__are_those_that_the_period_has_elsewhere() -> None:
    there = JUNE._replace(place="JINJA")
    idp = there._replace(dimension="status", value="idp")
    numbers = {**_sexes(female=20, other=2), there: Decimal(7), idp: Decimal(7)}
    empty = set(with_empty_parts(numbers, 5, over_time=False)) - set(numbers)
    assert empty == {
        idp._replace(place="ARUA"),
        *(there._replace(dimension="sex", value=v) for v in ("female", "other")),
    }
    assert with_empty_parts(_sexes(female=20), 5, over_time=False) == _sexes(female=20), "nothing is small"


def test_tie__goes_by_the_key() -> None:
    assert _hidden(_sexes(male=9, female=9, other=1)) == {"other", "female"}


def test_only_child__takes_its_parent_with_it() -> None:
    village = JUNE._replace(place="KAKUMA-KALOBEYEI")
    country = village._replace(level="country", place="KE")
    numbers = {village: Decimal(3), country: Decimal(3)}
    assert hidden_cells(numbers, sums_of_places(numbers), 5) == {village, country}


def test_hidden_total__is_not_the_sum_of_what_is_shown() -> None:
    numbers = {
        JUNE: Decimal(3),
        JUNE._replace(start=date(2018, 7, 1)): Decimal(20),
        JUNE._replace(start=date(2018, 8, 1)): Decimal(30),
        JUNE._replace(start=date(2018, 4, 1), precision="quarter"): Decimal(3),
        JUNE._replace(start=date(2018, 7, 1), precision="quarter"): Decimal(50),
        JUNE._replace(start=date(2018, 1, 1), precision="year"): Decimal(53),
    }
    hidden = hidden_cells(numbers, list(sums_of_time(numbers)), 5)
    assert {cell.start.month for cell in hidden if cell.precision == "month"} == {6, 7}


_tables = st.dictionaries(
    st.tuples(
        st.sampled_from(["ADAMA", "JIGJIGA", "ARUA", "JINJA", "KOBOKO"]),
        st.sampled_from([5, 6, 7]),
        st.sampled_from(["female", "male", "other"]),
        st.sampled_from(["5-11", "18-24", "60+"]),
    ),
    st.integers(min_value=1, max_value=14),
    min_size=1,
    max_size=40,
)


def _table(atoms: dict[tuple[str, int, str, str], int]) -> dict[Cell, Decimal]:
    numbers: dict[Cell, Decimal] = {}
    for (city, month, sex, age), number in atoms.items():
        for level, place in containers(city):
            for start, precision in periods(date(2018, month, 1)):
                for dims in (
                    ("total", "total"),
                    ("sex", sex),
                    ("age_band", age),
                    ("sex_age", f"{sex}|{age}"),
                ):
                    cell = Cell(level, place, start, precision, *dims)
                    numbers[cell] = numbers.get(cell, Decimal(0)) + number
    return numbers


@given(atoms=_tables, threshold=st.sampled_from([5, 10]))
def test_hidden_cells__satisfy_the_rule(atoms: dict[tuple[str, int, str, str], int], threshold: int) -> None:
    numbers = with_empty_parts(_table(atoms), threshold, over_time=True)
    equations = [*sums_of_breakdowns(numbers), *sums_of_places(numbers), *sums_of_time(numbers)]
    hidden = hidden_cells(numbers, equations, threshold)
    assert all(cell in hidden for cell, number in numbers.items() if 0 < number < threshold)
    for parent, children in equations:
        gone = [child for child in children if child in hidden]
        if parent in hidden:
            assert gone, "a hidden total must not be the sum of shown parts"
        elif gone:
            assert len(gone) >= 2
            assert sum(numbers[child] for child in gone) >= threshold
    assert hidden == hidden_cells(dict(reversed(numbers.items())), list(reversed(equations)), threshold)


def test_truth__hides_and_says_so(faulty_truth: list[ExpectedCell]) -> None:
    cells = faulty_truth
    assert {cell.suppression for cell in cells} == {None, "complementary"}
    for cell in cells:
        if cell.suppression:
            assert (cell.actual, cell.numerator, cell.denominator, cell.achievement) == (None,) * 4
        else:
            assert cell.actual is not None or cell.target is not None
    keys = [(cell.indicator, cell.funder, cell.cell) for cell in cells]
    assert len(keys) == len(set(keys))


def test_truth__targets_stand_beside_their_cells(faulty: Simulation, faulty_truth: list[ExpectedCell]) -> None:
    with_target = [cell for cell in faulty_truth if cell.target is not None]
    assert len(with_target) == len(faulty.world.targets)
    assert any(cell.achievement is not None for cell in with_target)
    assert any(cell.actual is None and cell.suppression is None for cell in with_target)
