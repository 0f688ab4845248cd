"""Rule SC-1: hide small numbers, and as many others as it takes that no sum gives a hidden one away.

All sums of one indicator are looked at in the same state; what they ask for is hidden together, and so on until
nothing is asked for. Parts that are empty may be hidden too, and are the first. See docs/reference/small-cells.md.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from decimal import Decimal

from ingestion.simulation.truth.cells import Cell, periods
from ingestion.simulation.truth.geography import place_sums
from ingestion.simulation.truth.worked_out import worked_out

#: A cell and those that add up to it.
Equation = tuple[Cell, tuple[Cell, ...]]


def hidden_cells(
    numbers: Mapping[Cell, Decimal],
    equations: Iterable[Equation],
    threshold: int,
    together: Mapping[Cell, tuple[Cell, ...]] | None = None,
) -> set[Cell]:
    """The cells to hide.

    An equation whose total is not among `numbers` is left out: what is not published gives nothing away. `together`
    names with a cell those that are shown with it or not at all.
    """
    sums = [
        (parent, [child for child in children if child in numbers])
        for parent, children in equations
        if parent in numbers
    ]
    small = {cell for cell, number in numbers.items() if 0 < number < threshold}
    hidden = _protected(numbers, sums, small, threshold)
    return _with_more(numbers, sums, hidden, threshold, together or {})


def _with_more(
    numbers: Mapping[Cell, Decimal],
    sums: list[tuple[Cell, list[Cell]]],
    hidden: set[Cell],
    threshold: int,
    together: Mapping[Cell, tuple[Cell, ...]],
) -> set[Cell]:
    """Step 5: as long as something can be worked out, hide the smallest number beside it, with all that asks for."""
    whole = {cell: int(number) for cell, number in numbers.items()}
    full = [(total, [part for part in parts if numbers[part] or part in hidden]) for total, parts in sums]
    while True:
        hidden = hidden | {other for cell in hidden for other in together.get(cell, ())}
        known = worked_out(whole, {cell: int(cell.dimension == "total") for cell in hidden}, sums)
        if not known:
            return hidden
        wanted = _beside(numbers, sums, known, hidden)
        if not wanted:
            return hidden
        hidden = hidden | _protected(numbers, full, hidden | wanted, threshold)


def _beside(
    numbers: Mapping[Cell, Decimal], sums: list[tuple[Cell, list[Cell]]], known: set[Cell], hidden: set[Cell]
) -> set[Cell]:
    """The smallest shown number of each sum with something known, or of the sums next to those, and so on."""
    near: set[Cell] = set()
    reached = set(known)
    while reached != near:
        near = set(reached)
        wanted = set()
        for total, parts in sums:
            cells = {cell for cell in (total, *parts) if numbers[cell] or cell in hidden}
            if cells & near:
                reached |= cells
                shown = [cell for cell in cells if cell not in hidden and numbers[cell]]
                wanted |= {min(shown, key=lambda cell: (numbers[cell], cell.order_key))} if shown else set()
        if wanted:
            return wanted
    return set()


def _protected(
    numbers: Mapping[Cell, Decimal], sums: list[tuple[Cell, list[Cell]]], hidden: set[Cell], threshold: int
) -> set[Cell]:
    """Steps 2 to 4: hide on until no sum asks for more."""
    sums_with: dict[Cell, list[int]] = defaultdict(list)
    for place, (parent, children) in enumerate(sums):
        for cell in (parent, *children):
            sums_with[cell].append(place)
    hidden, new = set(hidden), set(hidden)
    while new:
        # A sum of which nothing was hidden since the last look asks for nothing more.
        wanted: set[Cell] = set()
        for place in {place for cell in new for place in sums_with[cell]}:
            wanted |= _asked(numbers, *sums[place], hidden, threshold)
        new = wanted - hidden
        hidden |= new
    return hidden


def apart(numbers: Mapping[Cell, Decimal], over_time: bool) -> Iterator[dict[Cell, Decimal]]:
    """`numbers` by what can share a sum: a period, or a year with all in it for what may be added over time."""
    found: dict[tuple[object, ...], dict[Cell, Decimal]] = defaultdict(dict)
    for cell, number in numbers.items():
        found[_scope(cell, over_time)][cell] = number
    yield from found.values()


def with_empty_parts(numbers: Mapping[Cell, Decimal], threshold: int, over_time: bool) -> dict[Cell, Decimal]:
    """`numbers`, and zeros: what some place has in a period, at the places of that period without it.

    Only where something is small: in the period, or in its year for what may be added over time.
    """
    small = {_scope(cell, over_time) for cell, number in numbers.items() if 0 < number < threshold}
    parts: dict[tuple[date, str], set[tuple[str, str]]] = defaultdict(set)
    for cell in numbers:
        parts[cell.start, cell.precision].add((cell.dimension, cell.value))
    found = dict(numbers)
    for cell in numbers:
        if cell.dimension == "total" and _scope(cell, over_time) in small:
            for dimension, value in parts[cell.start, cell.precision]:
                found.setdefault(cell._replace(dimension=dimension, value=value), Decimal(0))
    if not over_time:
        return found
    # A year can only be empty in a part that one of its months could have had: the others are known to be.
    months = [cell for cell in found if cell.precision == "month"]
    possible = {cell._replace(start=start, precision=each) for cell in months for start, each in periods(cell.start)}
    return {cell: number for cell, number in found.items() if number or cell in possible}


def _scope(cell: Cell, over_time: bool) -> tuple[object, ...]:
    return (cell.start.year,) if over_time else (cell.start, cell.precision)


def _asked(
    numbers: Mapping[Cell, Decimal], parent: Cell, children: list[Cell], hidden: set[Cell], threshold: int
) -> set[Cell]:
    """What one sum asks to hide beyond what is hidden: at most one cell."""
    hidden_children = [child for child in children if child in hidden]
    if parent in hidden:
        enough = bool(hidden_children)
    elif not hidden_children:
        enough = True
    else:
        enough = len(hidden_children) >= 2 and sum(numbers[child] for child in hidden_children) >= threshold
    if enough:
        return set()
    shown = [child for child in children if child not in hidden]
    if shown:
        return {min(shown, key=lambda child: (numbers[child], child.order_key))}
    return set() if parent in hidden else {parent}


def sums_of_breakdowns(cells: Iterable[Cell]) -> Iterator[Equation]:
    """Within a place and period: the total by sex, by age, by status; each sex by age; each age by sex."""
    parts: dict[Cell, list[Cell]] = defaultdict(list)
    by_dimension: dict[tuple[Cell, str], list[Cell]] = defaultdict(list)
    for cell in cells:
        if cell.dimension == "sex_age":
            sex, age = cell.value.split("|")
            parts[cell._replace(dimension="sex", value=sex)].append(cell)
            parts[cell._replace(dimension="age_band", value=age)].append(cell)
        elif cell.dimension != "total":
            by_dimension[cell._replace(dimension="total", value="total"), cell.dimension].append(cell)
    for (total, _), children in by_dimension.items():
        yield total, tuple(children)
    for parent, children in parts.items():
        yield parent, tuple(children)


def sums_of_places(cells: Iterable[Cell]) -> Iterator[Equation]:
    """Countries, sets and corridors by their cities, regions and the programme by what they consist of."""
    known = set(cells)
    places = {(cell.level, cell.place) for cell in known}
    parts = {cell._replace(level="", place="") for cell in known}
    for (level, place), children in place_sums():
        present = [child for child in children if child in places]
        for part in parts:
            of_sum = part._replace(level=level, place=place)
            found = (part._replace(level=each, place=code) for each, code in present)
            if of_sum in known and (members := tuple(cell for cell in found if cell in known)):
                yield of_sum, members


def sums_of_time(cells: Iterable[Cell]) -> Iterator[Equation]:
    """Each quarter by its months and each year by its quarters, for what may be added over time."""
    for place, shorter in ((1, "month"), (2, "quarter")):
        yield from _grouped(
            (cell._replace(start=start, precision=longer), cell)
            for cell in cells
            if cell.precision == shorter
            for start, longer in periods(cell.start)[place : place + 1]
        )


def _grouped(pairs: Iterable[tuple[Cell, Cell]]) -> Iterator[Equation]:
    groups: dict[Cell, list[Cell]] = defaultdict(list)
    for parent, child in pairs:
        groups[parent].append(child)
    for parent, children in groups.items():
        yield parent, tuple(children)
