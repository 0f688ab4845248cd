"""The least and the most that each hidden number can be, given all that is known."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from scipy.optimize import linprog
from scipy.sparse import csr_matrix

from tests.attack.knowledge import SLACK, Knowledge, Name

#: Counts are whole: a range narrower than this holds one number at most.
SAME = 1e-4
ONE = 1 - SAME
#: Stands for "no upper bound" where a program must have one.
FAR = 1e5


@dataclass
class System:
    """Unknowns that are linked by equations, ready for the solver."""

    names: list[Name]
    table: csr_matrix
    sums: np.ndarray
    bounds: list[tuple[float, float]]

    def solve(self, wanted: np.ndarray) -> np.ndarray:
        """A table that fits and makes `wanted` times the unknowns least."""
        found = linprog(wanted, A_eq=self.table, b_eq=self.sums, bounds=self.bounds, method="highs")
        assert found.status == 0, f"the published numbers contradict each other: {found.message}"
        return np.asarray(found.x)

    def range_of(self, name: Name) -> tuple[float, float]:
        """The least and the most that it can be."""
        unit = np.zeros(len(self.names))
        place = self.names.index(name)
        unit[place] = 1
        return float(self.solve(unit)[place]), float(self.solve(-unit)[place])

    def pinned(self, *, whole: bool = True) -> list[Name]:
        """Unknowns that can be one number only: one `whole` number, or one number at all.

        Tables at random first: most unknowns differ between two of them.
        """
        chance = np.random.default_rng(7)
        tables = np.array([self.solve(chance.normal(size=len(self.names))) for _ in range(8)])
        still = np.flatnonzero(tables.max(axis=0) - tables.min(axis=0) < ONE)
        alike = [place for place in still if self.names[place].dimension != SLACK]
        ranges = {self.names[place]: self.range_of(self.names[place]) for place in alike}
        if not whole:
            return [name for name, (low, high) in ranges.items() if high - low < SAME]
        return [name for name, (low, high) in ranges.items() if np.floor(high + SAME) - np.ceil(low - SAME) < ONE]


def systems(known: Knowledge) -> Iterator[System]:
    """Unknowns that share no equation are solved apart. One without any equation is bounded by nothing."""
    leader = {name: name for name in known.unknown}

    def lead(name: Name) -> Name:
        while leader[name] != name:
            leader[name] = leader[leader[name]]
            name = leader[name]
        return name

    for terms, _ in known.equations:
        first, *others = terms
        for name in others:
            leader[lead(name)] = lead(first)
    groups: dict[Name, list[tuple[dict[Name, int], float]]] = defaultdict(list)
    for equation in known.equations:
        groups[lead(next(iter(equation[0])))].append(equation)
    for equations in groups.values():
        names = sorted({name for terms, _ in equations for name in terms})
        at = {name: place for place, name in enumerate(names)}
        cells = [(row, at[name], sign) for row, (terms, _) in enumerate(equations) for name, sign in terms.items()]
        rows, columns, signs = zip(*cells, strict=True)
        yield System(
            names,
            csr_matrix((signs, (rows, columns)), (len(equations), len(names)), dtype=float),
            np.array([constant for _, constant in equations]),
            [(low, FAR if high is None else high) for low, high in (known.unknown[name] for name in names)],
        )
