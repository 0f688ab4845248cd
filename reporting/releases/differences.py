"""The table of differences between two releases: it has the same sums, and its small numbers are a few people too."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from reporting.protection.candidate import CODED, numbers_of
from reporting.protection.cells import Cell, Component, PlaceSums, sums_of
from reporting.protection.elimination import decided
from reporting.protection.rule import Sum, hide, smallest


@dataclass(frozen=True)
class Earlier:
    """A component as of an earlier release: its exact numbers, and those of them that the release showed, hid, or told
    to be small. What is in none of the sets lies outside its months."""

    numbers: dict[Cell, int] = field(default_factory=dict)
    shown: set[Cell] = field(default_factory=set)
    hidden: set[Cell] = field(default_factory=set)
    coded: set[Cell] = field(default_factory=set)

    @classmethod
    def read(cls, rows: list[dict[str, Any]]) -> Earlier:
        """From rows of published results with `is_released` and `released_suppression`."""
        found = cls()
        for row in rows:
            numbers = numbers_of(row)
            found.numbers.update(numbers)
            if row["is_released"] and row["released_suppression"] in (None, "exempt"):
                found.shown.update(numbers)
            elif row["is_released"]:
                found.hidden.update(numbers)
            if row["released_suppression"] == CODED:
                found.coded.update(numbers)
        return found


def hide_small_differences(component: Component, places: PlaceSums, earlier: Earlier) -> None:
    """Extend `component.hidden` until no difference from 1 to threshold - 1 to the earlier release can be worked out.

    A number that one of the two does not have at all is zero there, and known to be.
    """
    both = Component(component.threshold, component.over_time, numbers=earlier.numbers | component.numbers)
    sums = sums_of(both, places)
    while True:
        told = _told(component, earlier, sums, set(both.numbers))
        small = {cell for cell in told if 0 < abs(_moved(component, earlier, cell)) < component.threshold}
        asked = set(_beside(component, sums, small))
        if not asked:
            return
        hide(component, asked)


def _moved(component: Component, earlier: Earlier, cell: Cell) -> int:
    return component.numbers.get(cell, 0) - earlier.numbers.get(cell, 0)


def _told(component: Component, earlier: Earlier, sums: list[Sum], cells: set[Cell]) -> set[Cell]:
    """Cells by how much they moved a reader of both knows: both show it, or the sums decide it."""
    unknown = {
        cell for cell in cells if cell in component.hidden or (cell in earlier.numbers and cell not in earlier.shown)
    }
    equations = [
        {part: 1 for part in parts if part in unknown} | ({parent: -1} if parent in unknown else {})
        for parent, parts in sums
    ]
    return (cells - unknown) | decided(equation for equation in equations if equation)


def _beside(component: Component, sums: list[Sum], small: set[Cell]) -> Iterator[Cell]:
    """What to hide for each small difference: the number itself, or if it is not shown the smallest beside it."""
    for cell in sorted(small):
        if cell in component.numbers and component.can_hide(cell):
            yield cell
            continue
        for parent, parts in sums:
            if cell == parent or cell in parts:
                have = [part for part in (parent, *parts) if part in component.numbers]
                if have:
                    yield from smallest(component, (have[0], have[1:]))
