"""Figures to date of a phase: what is hidden of them follows from their years."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal

from ingestion.simulation.truth.cells import PHASES, Cell
from ingestion.simulation.truth.geography import containers


def split(numbers: Mapping[Cell, Decimal]) -> tuple[dict[Cell, Decimal], dict[Cell, Decimal]]:
    """The numbers of months and years, and those of phases."""
    shorter = {cell: number for cell, number in numbers.items() if cell.precision != "phase"}
    return shorter, {cell: number for cell, number in numbers.items() if cell not in shorter}


def to_date_of(year: Cell) -> Iterator[Cell]:
    """The cell to date that a year is part of."""
    for first, last, _ in PHASES:
        if year.precision == "year" and first <= year.start <= last:
            yield year._replace(start=first, precision="phase")


def contacts_to_date(phases: Mapping[Cell, Decimal], hidden: Iterable[Cell]) -> tuple[dict[Cell, Decimal], set[Cell]]:
    """What is shown to date is the sum of shown years: one that is hidden hides it, if both are zero too."""
    gone = {cell for year in hidden for cell in to_date_of(year)}
    return dict.fromkeys(gone, Decimal(0)) | dict(phases), gone


def people_to_date(
    phases: Mapping[Cell, Decimal], years: Mapping[Cell, Decimal], hidden: Iterable[Cell]
) -> tuple[dict[Cell, Decimal], set[Cell]]:
    """Totals only. A city with a hidden year is hidden; so is each place around it, unless there were people who came
    in several years and people who did not."""
    totals = {cell: number for cell, number in phases.items() if cell.dimension == "total"}
    gone = {cell for year in hidden for cell in to_date_of(year)} & totals.keys()
    numbers: dict[Cell, list[Decimal]] = defaultdict(list)
    for year, number in years.items():
        for cell in to_date_of(year):
            numbers[cell].append(number)
    for cell in list(gone):
        if cell.level == "city" and not max(numbers[cell]) < totals[cell] < sum(numbers[cell]):
            gone |= {cell._replace(level=level, place=place) for level, place in containers(cell.place)}
    return totals, gone
