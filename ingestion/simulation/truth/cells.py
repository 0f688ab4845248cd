"""The grain of the right answers."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import NamedTuple

#: First and last day of each phase of the programme, and its name.
PHASES = ((date(2017, 1, 1), date(2020, 12, 31), "I"), (date(2021, 1, 1), date(2028, 12, 31), "II"))


class Cell(NamedTuple):
    """Where a number belongs.

    `level` is city, joint_set, corridor, country, region or programme; `precision` is month, quarter, year or phase.
    """

    level: str
    place: str
    start: date
    precision: str
    dimension: str = "total"
    value: str = "total"

    @property
    def end(self) -> date:
        """Last day of the period."""
        if self.precision == "phase":
            return next(last for first, last, _ in PHASES if first == self.start)
        if self.precision == "year":
            return date(self.start.year, 12, 31)
        months = 3 if self.precision == "quarter" else 1
        return (self.start.replace(day=1) + timedelta(days=31 * months)).replace(day=1) - timedelta(days=1)

    @property
    def order_key(self) -> bytes:
        """Decides between equal numbers which is hidden first."""
        return "/".join((self.place, self.start.isoformat(), self.precision, self.dimension, self.value)).encode()


@dataclass(frozen=True)
class ExpectedCell:
    """One cell that must be published; what is hidden is None, with `suppression` saying why."""

    indicator: str
    funder: str | None
    cell: Cell
    actual: Decimal | None
    numerator: Decimal | None = None
    denominator: Decimal | None = None
    suppression: str | None = None
    target: Decimal | None = None
    achievement: Decimal | None = None

    def as_row(self) -> dict[str, object]:
        """Flat, with the column names of results.indicator_results; numbers as strings."""
        numbers = ("actual", "numerator", "denominator", "target", "achievement")
        return {
            "indicator_code": self.indicator,
            "geography_level": self.cell.level,
            "geography_code": self.cell.place,
            "funder": self.funder,
            "period_start": self.cell.start.isoformat(),
            "period_end": self.cell.end.isoformat(),
            "period_precision": self.cell.precision,
            "dimension": self.cell.dimension,
            "dimension_value": self.cell.value,
            "suppression": self.suppression,
            **{name: None if getattr(self, name) is None else f"{getattr(self, name):f}" for name in numbers},
        }


def periods(day: date) -> list[tuple[date, str]]:
    """The month, the quarter and the year of a day, and the phase if it lies in one."""
    quarter = date(day.year, 1 + (day.month - 1) // 3 * 3, 1)
    found = [(day.replace(day=1), "month"), (quarter, "quarter"), (date(day.year, 1, 1), "year")]
    return found + [(first, "phase") for first, last, _ in PHASES if first <= day <= last]
