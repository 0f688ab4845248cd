"""All releases of a component as one table: a number that did not change is one unknown, whichever of them shows it.

That is what somebody sees who guesses, mostly rightly, that what two releases hide stayed as it was.
"""

from __future__ import annotations

from collections.abc import Sequence

from reporting.protection.cells import Cell, Component, PlaceSums, sums_of
from reporting.protection.rule import Sum
from reporting.releases.differences import Earlier


def side_by_side(component: Component, places: PlaceSums, releases: Sequence[Earlier]) -> tuple[Component, list[Sum]]:
    """The component with every number that earlier releases have otherwise, and the sums of all of them.

    What one of them shows is public. What one of them hides and none shows is hidden, in the new release too.
    """
    joined = Component(component.threshold, component.over_time, component.is_coded, dict(component.numbers))
    joined.hidden, joined.coded = set(component.hidden), set(component.coded)
    sums = sums_of(component, places)
    for release in releases:
        names = {cell: _name(component, cell, number) for cell, number in release.numbers.items()}
        joined.numbers |= {names[cell]: number for cell, number in release.numbers.items()}
        joined.hidden |= {name for cell, name in names.items() if name != cell or cell in release.hidden}
        joined.coded |= {names[cell] for cell in release.coded}
        joined.public |= {names[cell] for cell in release.shown}
        own = Component(component.threshold, component.over_time, numbers=release.numbers)
        sums += [(names[parent], [names[part] for part in parts]) for parent, parts in sums_of(own, places)]
    joined.hidden -= joined.public
    joined.coded &= joined.hidden
    return joined, sums


def _name(component: Component, cell: Cell, number: int) -> Cell:
    """The cell itself if it still has the number, else one for this cell and number in all releases."""
    return cell if component.numbers.get(cell) == number else cell._replace(place=f"{cell.place} = {number}")
