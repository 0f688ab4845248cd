"""Figures to date beside their years: in made-up people who come in one year or in two the attacker finds nothing."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from reporting.protection.cells import Cell, Component, sums_of
from reporting.protection.rule import hide_more
from reporting.protection.to_date import ToDate, to_hide
from tests.attack.bounds import systems
from tests.attack.knowledge import Name, learn
from tests.unit.protection.test_attack import CONTAINERS, PLACES, row

FIRST, LAST = date(2018, 1, 1), date(2019, 12, 31)
YEARS = (FIRST, date(2019, 1, 1))
#: City, sex, and whether they came in the first, in the second or in both years, to how many people that is.
Groups = dict[tuple[str, str, tuple[date, ...]], int]
_groups = st.dictionaries(
    st.tuples(
        st.sampled_from(sorted(CONTAINERS)),
        st.sampled_from(["female", "male"]),
        st.sampled_from([YEARS, YEARS[:1], YEARS[1:]]),
    ),
    st.integers(min_value=1, max_value=14),
    min_size=1,
    max_size=14,
)


def _cells(city: str, sex: str, period: tuple[date, str]) -> Iterator[Cell]:
    for place in CONTAINERS[city]:
        yield Cell(place, *period)
        yield Cell(place, *period, "sex", sex)


def _year(groups: Groups, start: date, over_time: bool) -> Component:
    found = Component(5, over_time)
    for (city, sex, came), number in groups.items():
        for cell in _cells(city, sex, (start, "year")) if start in came else ():
            found.numbers[cell] = found.numbers.get(cell, 0) + number
    found.hidden = {cell for cell, number in found.numbers.items() if number < 5}
    hide_more(found, sums_of(found, PLACES))
    return found


def _to_date(groups: Groups, years: list[Component], over_time: bool) -> Component:
    """Contacts count in each year, people once and only in all."""
    found = Component(5, over_time)
    for (city, sex, came), number in groups.items():
        for cell in _cells(city, sex, (FIRST, "phase")):
            if over_time or cell.dimension == "total":
                found.numbers[cell] = found.numbers.get(cell, 0) + number * (len(came) if over_time else 1)
    cells = {"/".join(map(str, cell)): cell for cell in found.numbers}
    told = []
    for name, cell in cells.items():
        parts = [(year, cell._replace(start=start, precision="year")) for year, start in zip(years, YEARS, strict=True)]
        numbers = [year.numbers.get(part, 0) for year, part in parts]
        is_hidden = any(part in year.hidden for year, part in parts)
        told.append(
            ToDate("c", name, cell.place, over_time, found.numbers[cell], False, is_hidden, max(numbers), sum(numbers))
        )
    found.hidden = {cells[name] for name in to_hide(told, {city: set(all_) for city, all_ in CONTAINERS.items()})}
    return found


def _pinned(components: list[Component]) -> set[Name]:
    rows = []
    for component in components:
        for cell, number in component.numbers.items():
            said: dict[str, Any] = {
                "geography_code": cell.place, "period_start": cell.start, "period_precision": cell.precision,
                "period_end": LAST, "unit_of_count": "contact" if component.over_time else "person",
            }  # fmt: skip
            rows.append(row(None if cell in component.hidden else number, cell.dimension, cell.value, **said))
    return {name for system in systems(learn(rows, PLACES)) for name in system.pinned(whole=False)}


@settings(deadline=None, max_examples=25)
@given(groups=_groups, over_time=st.booleans())
def test_figures_to_date__tell_no_hidden_year(groups: Groups, over_time: bool) -> None:
    years = [_year(groups, start, over_time) for start in YEARS]
    to_date = _to_date(groups, years, over_time)
    pinned = _pinned([*years, to_date])
    assert not [name for name in pinned if name.precision == "year"]
    small = {cell for cell, number in to_date.numbers.items() if number < 5}
    assert small <= to_date.hidden
    assert not [name for name in pinned if Cell(*name[1:]) in small], "a small number is told"
    if over_time:
        assert not pinned
