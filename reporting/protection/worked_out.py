"""What a reader can work out: hidden numbers that are the same in every table that fits what is shown."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from scipy.optimize import linprog
from scipy.sparse import csr_matrix, hstack, identity

from reporting.protection.cells import Cell, Component
from reporting.protection.elimination import decided

#: How far from its bound an unknown is asked to go, and what counts as not having moved.
STEP, STILL = 1e-2, 1e-6


def worked_out(component: Component, sums: Sequence[tuple[Cell, list[Cell]]]) -> set[Cell]:
    """Hidden cells of which a reader can work the number out from the sums, the shown numbers and the bounds.

    A cell at one of its bounds that cannot leave it is known. With those put in, no bound binds any more: a table
    strictly within them exists, and what is known besides is what the equations alone decide.
    """
    equations = [equation for parent, parts in sums if (equation := _hidden_terms(component, parent, parts))]
    known = _stuck(component, equations)
    left = [{cell: sign for cell, sign in equation.items() if cell not in known} for equation in equations]
    return known | decided(equation for equation in left if equation)


def _hidden_terms(component: Component, parent: Cell, parts: list[Cell]) -> dict[Cell, int]:
    terms = {part: 1 for part in parts if part in component.hidden}
    return terms | ({parent: -1} if parent in component.hidden else {})


def _stuck(component: Component, equations: list[dict[Cell, int]]) -> set[Cell]:
    """Cells at a bound that are at it in every table. One program: let as many as possible leave, each a step."""
    cells = sorted({cell for equation in equations for cell in equation})
    place = {cell: number for number, cell in enumerate(cells)}
    room = [_room(component, cell) for cell in cells]
    at_bound = [(number, 1) for number, (down, _) in enumerate(room) if down == 0]
    at_bound += [(number, -1) for number, (_, up) in enumerate(room) if up == 0]
    if not at_bound:
        return set()
    # Unknowns: how far each cell moves, then how far each one at a bound leaves it; the sums of moves stay zero.
    moves, leaving = len(cells), len(at_bound)
    balance = _matrix(equations, place, moves)
    signs, columns = [-sign for _, sign in at_bound], [number for number, _ in at_bound]
    leaves = csr_matrix((signs, (range(leaving), columns)), (leaving, moves))
    found = linprog(
        np.concatenate([np.zeros(moves), -np.ones(leaving)]),
        A_ub=hstack([leaves, identity(leaving)]).tocsr(),
        b_ub=np.zeros(leaving),
        A_eq=hstack([balance, csr_matrix((len(equations), leaving))]).tocsr(),
        b_eq=np.zeros(len(equations)),
        bounds=[(-down, up) for down, up in room] + [(0, STEP)] * leaving,
        method="highs-ipm",
    )
    if found.status != 0:
        raise ArithmeticError(f"The solver gave no answer about {len(cells)} hidden cells: {found.message}")
    return {cells[number] for number, _ in at_bound if abs(found.x[number]) < STILL}


def _room(component: Component, cell: Cell) -> tuple[int, int | None]:
    low, high = component.bounds(cell)
    number = component.numbers[cell]
    return number - low, None if high is None else high - number


def _matrix(equations: list[dict[Cell, int]], place: Mapping[Cell, int], columns: int) -> csr_matrix:
    signs = [sign for equation in equations for sign in equation.values()]
    rows = [row for row, equation in enumerate(equations) for _ in equation]
    at = [place[cell] for equation in equations for cell in equation]
    return csr_matrix((signs, (rows, at)), (len(equations), columns))
