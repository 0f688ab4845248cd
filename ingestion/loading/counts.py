"""What became of the offsets of a topic partition."""

from __future__ import annotations

from dataclasses import astuple, dataclass


@dataclass(frozen=True)
class Counts:
    """Of a batch, a range or a load. The fields add up to the offsets it spans; `gaps` left no row anywhere."""

    rows_landed: int = 0
    duplicates: int = 0
    id_reused: int = 0
    refused: int = 0
    gaps: int = 0

    @property
    def known(self) -> int:
        """Records whose identity was known."""
        return self.duplicates + self.id_reused

    @property
    def rows(self) -> tuple[int, int, int, int]:
        """How many rows each of them must have left in the tables of raw: one an offset that is no gap."""
        return self.rows_landed, self.duplicates, self.id_reused, self.refused

    @property
    def offsets(self) -> int:
        """All of them."""
        return sum(self.rows) + self.gaps

    def __add__(self, other: Counts) -> Counts:
        return Counts(*(mine + its for mine, its in zip(astuple(self), astuple(other), strict=True)))
