"""A stretch of one topic partition to be loaded, as it is handed from the plan to the tasks."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any


@dataclass(frozen=True)
class Range:
    """Offsets `first` (inclusive) to `end` (exclusive) of a topic that holds records of `kind` (see batch.KINDS).

    A reread one moves no stored offset.
    """

    kind: str
    topic: str
    partition: int
    first: int
    end: int
    is_reread: bool = False

    @property
    def size(self) -> int:
        """How many offsets the range spans."""
        return self.end - self.first

    def as_dict(self) -> dict[str, Any]:
        """For XCom."""
        return asdict(self)


def share_out(ranges: list[Range], workers: int) -> list[list[Range]]:
    """Split ranges into at most `workers` groups of about the same size; no group is empty."""
    groups: list[list[Range]] = [[] for _ in range(min(workers, len(ranges)))]
    for each in sorted(ranges, key=lambda r: r.size, reverse=True):
        min(groups, key=lambda group: sum(r.size for r in group)).append(each)
    return groups
