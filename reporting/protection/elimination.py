"""Which unknowns a system of equations decides, in exact arithmetic."""

from __future__ import annotations

import heapq
from collections.abc import Hashable, Iterable, Mapping
from typing import TypeVar

Unknown = TypeVar("Unknown", bound=Hashable)

#: Arithmetic is modulo this prime: as exact as with fractions, unless a determinant happens to be a multiple of it.
PRIME = 2**61 - 1


def decided(equations: Iterable[Mapping[Unknown, int]]) -> set[Unknown]:
    """Unknowns that have one value in all solutions; the constants do not matter. `equations`: unknown to coefficient.

    Reduces to the row echelon form, the shortest equation first, for those of tables stay short then.
    """
    rows = [dict(equation) for equation in equations]
    having: dict[Unknown, set[int]] = {}
    for number, row in enumerate(rows):
        for unknown in row:
            having.setdefault(unknown, set()).add(number)
    waiting = [(len(row), number) for number, row in enumerate(rows)]
    heapq.heapify(waiting)
    leading: list[int] = []
    while waiting:
        length, number = heapq.heappop(waiting)
        if length != len(rows[number]):
            heapq.heappush(waiting, (len(rows[number]), number))
        elif length:
            _reduce_by(number, rows, having)
            leading.append(number)
    return {unknown for number in leading if len(rows[number]) == 1 for unknown in rows[number]}


def _reduce_by(number: int, rows: list[dict[Unknown, int]], having: dict[Unknown, set[int]]) -> None:
    """Take one unknown of the row, that stands in the fewest others, out of all others."""
    row = rows[number]
    lead = min(row, key=lambda unknown: len(having[unknown]))
    scale = pow(row[lead], -1, PRIME)
    for unknown in row:
        row[unknown] = row[unknown] * scale % PRIME
    for other in having[lead] - {number}:
        times = rows[other][lead]
        for unknown, factor in row.items():
            left = (rows[other].get(unknown, 0) - times * factor) % PRIME
            if left:
                rows[other][unknown] = left
                having[unknown].add(other)
            elif unknown in rows[other]:
                del rows[other][unknown]
                having[unknown].discard(other)
