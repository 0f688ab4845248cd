"""Rows as every kind of file gives them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from ingestion.files.cells import Cell
from ingestion.files.trouble import CellTrouble

#: Below the first row.
MOST_ROWS = 500_000


class Row(NamedTuple):
    """A row by its number in the sheet (the first is 1), and its trouble if it could not be taken apart."""

    number: int
    cells: Sequence[Cell]
    trouble: CellTrouble | None = None
