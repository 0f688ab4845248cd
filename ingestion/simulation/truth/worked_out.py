"""What a reader with a computer could still work out of hidden cells: step 5 of rule SC-1."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence

import numpy as np
from scipy.optimize import linprog
from scipy.sparse import csr_matrix, hstack, identity
from scipy.sparse.linalg import lsqr

from ingestion.simulation.truth.cells import Cell

#: Below it a number of the solvers is zero. What moves at all moves by some hundredths.
ZERO = 1e-6


def worked_out(
    numbers: Mapping[Cell, int], least: Mapping[Cell, int], sums: Sequence[tuple[Cell, Sequence[Cell]]]
) -> set[Cell]:
    """Of the hidden cells, the keys of `least`, those whose number is the same in all tables that fit.

    A table fits if every sum holds with the numbers of all that is shown, and no hidden cell is below its `least`.
    """
    found: set[Cell] = set()
    for cells, rows in _connected(least, sums):
        index = {cell: column for column, cell in enumerate(cells)}
        signs = [(row, index[cell], sign) for row, terms in enumerate(rows) for cell, sign in terms]
        data, at = [sign for *_, sign in signs], ([row for row, *_ in signs], [column for _, column, _ in signs])
        table = csr_matrix((data, at), shape=(len(rows), len(cells)), dtype=float)
        room = np.array([float(numbers[cell] - least[cell]) for cell in cells])
        free = np.flatnonzero(_may_leave(table, room))
        moves = np.zeros(len(cells))
        moves[free] = _some_move(table[:, free])
        found |= {cells[column] for column in np.flatnonzero(np.abs(moves) < ZERO)}
    return found


def _may_leave(table: csr_matrix, room: np.ndarray) -> np.ndarray:
    """Which cells are above their least number in some table that fits."""
    stuck = np.flatnonzero(room == 0)
    count, cells = len(stuck), len(room)
    if not count:
        return room > 0
    pick = csr_matrix((-np.ones(count), (range(count), stuck)), shape=(count, cells))
    # The most that all together can rise to, none counted beyond one.
    answer = linprog(
        np.r_[np.zeros(cells), -np.ones(count)],
        A_ub=hstack([pick, identity(count)]).tocsr(),
        b_ub=np.zeros(count),
        A_eq=hstack([table, csr_matrix((table.shape[0], count))]).tocsr(),
        b_eq=table @ room,
        bounds=[(0, None)] * cells + [(0, 0.01)] * count,
        method="highs-ds",
    )
    assert answer.status == 0, answer.message
    risen = room > 0
    risen[stuck] = answer.x[stuck] > ZERO
    return risen


def _some_move(table: csr_matrix) -> np.ndarray:
    """A move of all cells that keeps every sum; chance makes it touch each cell that any such move touches."""
    chance = np.random.default_rng(5)
    wish = chance.uniform(0.5, 1, table.shape[1]) * chance.choice([-1, 1], table.shape[1])
    against = lsqr(table.T, wish, atol=1e-14, btol=1e-14, iter_lim=50_000)[0]
    return wish - table.T @ against


def _connected(
    hidden: Mapping[Cell, int], sums: Sequence[tuple[Cell, Sequence[Cell]]]
) -> list[tuple[list[Cell], list[list[tuple[Cell, int]]]]]:
    """Hidden cells that share sums, with what of those sums is hidden."""
    rows = []
    for total, parts in sums:
        terms = [(part, 1) for part in parts if part in hidden] + ([(total, -1)] if total in hidden else [])
        if terms:
            rows.append(terms)
    leader = {cell: cell for cell in hidden}

    def lead(cell: Cell) -> Cell:
        while leader[cell] != cell:
            leader[cell] = leader[leader[cell]]
            cell = leader[cell]
        return cell

    for terms in rows:
        for cell, _ in terms[1:]:
            leader[lead(cell)] = lead(terms[0][0])
    groups: dict[Cell, list[list[tuple[Cell, int]]]] = defaultdict(list)
    for terms in rows:
        groups[lead(terms[0][0])].append(terms)
    return [(sorted({cell for terms in found for cell, _ in terms}), found) for found in groups.values()]
