"""The numbers of one component: what shares sums, and which of it readers see."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import NamedTuple

#: Of a share, the two numbers beside its whole.
PART, REST = ("share", "1 part"), ("share", "2 rest")


class Cell(NamedTuple):
    """Place, period and part of a number."""

    place: str
    start: date
    precision: str
    dimension: str = "total"
    value: str = "total"

    @property
    def order(self) -> bytes:
        """Decides between equal numbers."""
        return "/".join((self.place, str(self.start), self.precision, self.dimension, self.value)).encode()


@dataclass
class Component:
    """Cells that share sums with each other and with no others.

    `numbers` holds every exact number, `hidden` those that readers do not see, `coded` those of them that readers know
    to be from 1 to threshold - 1. `over_time` says whether months add up to quarters and years.
    """

    threshold: int
    over_time: bool
    is_coded: bool = False
    numbers: dict[Cell, int] = field(default_factory=dict)
    hidden: set[Cell] = field(default_factory=set)
    coded: set[Cell] = field(default_factory=set)
    #: Cells whose numbers are known from elsewhere for good: no use in hiding them.
    public: set[Cell] = field(default_factory=set)

    def can_hide(self, cell: Cell) -> bool:
        """True of a shown number above zero that nobody knows from elsewhere."""
        return cell not in self.hidden and cell not in self.public and self.numbers[cell] > 0

    def bounds(self, cell: Cell) -> tuple[int, int | None]:
        """What a reader knows of a hidden cell without adding anything up. A total is published only if it is not 0."""
        if cell in self.coded:
            return 1, self.threshold - 1
        return int(cell.dimension == "total"), None

    def order(self, cell: Cell) -> tuple[int, bytes]:
        """From the cell that is hidden first to the one that is hidden last."""
        return self.numbers[cell], cell.order


#: Of a place, each sum that it is a part of: a name of the sum and the place that it adds up to.
PlaceSums = Mapping[str, Sequence[tuple[str, str]]]


def sums_of(component: Component, places: PlaceSums) -> list[tuple[Cell, list[Cell]]]:
    """Every sum in it: a total and its parts."""
    found: dict[tuple[Cell, str], list[Cell]] = {}
    for cell in component.numbers:
        for name, parent in _parents(cell, places, component.over_time):
            if parent in component.numbers:
                found.setdefault((parent, name), []).append(cell)
    return [(parent, children) for (parent, _), children in found.items()]


def _parents(cell: Cell, places: PlaceSums, over_time: bool) -> list[tuple[str, Cell]]:
    found: list[tuple[str, Cell]] = []
    if cell.dimension == "sex_age":
        sex, age = cell.value.split("|")
        found += [("ages", cell._replace(dimension="sex", value=sex))]
        found += [("sexes", cell._replace(dimension="age_band", value=age))]
    elif cell.dimension != "total":
        found += [(cell.dimension, cell._replace(dimension="total", value="total"))]
    found += [(f"places {name}", cell._replace(place=place)) for name, place in places.get(cell.place, ())]
    if over_time and cell.precision == "month":
        found += [("months", cell._replace(start=_quarter(cell.start), precision="quarter"))]
    if over_time and cell.precision == "quarter":
        found += [("quarters", cell._replace(start=cell.start.replace(month=1), precision="year"))]
    return found


def _quarter(month: date) -> date:
    return month.replace(month=1 + (month.month - 1) // 3 * 3)
