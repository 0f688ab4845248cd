"""One thing that does not add up, and how it is told."""

from __future__ import annotations

from dataclasses import dataclass

#: Offsets that a difference names at most.
MOST_NAMED = 1000


@dataclass(frozen=True)
class Difference:
    """`place` tells it from others of its kind; `offsets` are those without a row, as far as they can be named.

    `kind`: missing_rows, unexpected_rows, hole, stored_offset, expired or partner; `detail` is one sentence on
    what is wrong and one on what to do.
    """

    kind: str
    place: str
    detail: str
    expected: int
    found: int
    load_id: int | None = None
    topic: str | None = None
    partition: int | None = None
    first_offset: int | None = None
    next_offset: int | None = None
    offsets: tuple[int, ...] = ()
    partner: str | None = None

    def __str__(self) -> str:
        return f"{self.kind} {self.place}: {self.detail}"


def spans(offsets: list[int]) -> str:
    """Offsets in few words: "7, 9-12, 40"; the first twenty stretches of them."""
    stretches: list[list[int]] = []
    for offset in sorted(offsets):
        if stretches and offset == stretches[-1][1] + 1:
            stretches[-1][1] = offset
        else:
            stretches.append([offset, offset])
    told = [str(first) if first == last else f"{first}-{last}" for first, last in stretches[:20]]
    return ", ".join(told) + (f" and {len(stretches) - 20} more stretches" if len(stretches) > 20 else "")
