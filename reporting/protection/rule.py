"""Hide more of a component until nothing of it can be worked out."""

from __future__ import annotations

from collections.abc import Sequence

from reporting.protection.cells import PART, REST, Cell, Component
from reporting.protection.worked_out import worked_out

Sum = tuple[Cell, list[Cell]]


def hide_more(component: Component, sums: Sequence[Sum]) -> None:
    """Extend `component.hidden`, and shorten `component.coded`, until a reader can work nothing out."""
    while known := worked_out(component, sums):
        if told := known & component.coded:
            component.coded -= told
            continue
        asked = _beside(component, sums, known)
        if not asked:
            return
        hide(component, asked)
        satisfy(component, sums)


def satisfy(component: Component, sums: Sequence[Sum]) -> None:
    """Steps 2 to 4 of the rule, with what has a number."""
    while asked := {cell for total in sums if _is_open(component, total) for cell in _smallest_part(component, total)}:
        hide(component, asked)


def _is_open(component: Component, total: Sum) -> bool:
    parent, parts = total
    hidden = [part for part in parts if part in component.hidden]
    if parent in component.hidden:
        return not hidden
    if not hidden:
        return False
    together = sum(component.numbers[part] for part in hidden)
    if component.is_coded:
        all_small = all(0 < component.numbers[part] < component.threshold for part in hidden)
        return len(hidden) < 2 or all_small or together < 2 * component.threshold - 1
    return len(hidden) < 2 or together < component.threshold


def _smallest_part(component: Component, total: Sum) -> set[Cell]:
    parent, parts = total
    shown = [part for part in parts if component.can_hide(part)]
    if shown:
        return {min(shown, key=component.order)}
    return set() if parent in component.hidden | component.public else {parent}


def _beside(component: Component, sums: Sequence[Sum], known: set[Cell]) -> set[Cell]:
    """The smallest shown number of each sum that holds something known; if they have none, of the sums next to those.

    Empty only when nothing is shown that is linked to what is known.
    """
    linked = [total for total in sums if known.intersection((total[0], *total[1]))]
    asked = {cell for total in linked for cell in smallest(component, total)}
    wider = known.union(*((parent, *parts) for parent, parts in linked))
    return asked if asked or wider == known else _beside(component, sums, wider)


def smallest(component: Component, total: Sum) -> set[Cell]:
    """Of a total and its parts the shown number that is hidden first; empty if none can be."""
    shown = [cell for cell in (total[0], *total[1]) if component.can_hide(cell)]
    return {min(shown, key=component.order)} if shown else set()


def hide(component: Component, cells: set[Cell]) -> None:
    """A share goes as a whole: its part and its rest with it."""
    for cell in cells:
        group = {cell._replace(dimension=d, value=v) for d, v in (("total", "total"), PART, REST)}
        is_share = cell.dimension == PART[0] or cell._replace(dimension=REST[0], value=REST[1]) in component.numbers
        component.hidden |= (group if is_share else {cell}) & component.numbers.keys()
