"""What a release is asked to be, what it is, and the error that its commands raise."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import date, datetime
from typing import Any


class ReleaseError(RuntimeError):
    """A release cannot be made or found; the message says why and what to do."""


@dataclass(frozen=True)
class Window:
    """The whole months that a release of a programme speaks of, both days included."""

    programme: str
    start: date
    end: date

    def as_dict(self) -> dict[str, Any]:
        """Named as parameters of queries."""
        return asdict(self)


@dataclass(frozen=True)
class Release:
    """One row of releases.v_releases; `cells`, `hidden` and `missing` are counts."""

    release_id: int
    name: str
    programme_code: str
    period_start: date
    period_end: date
    publication_id: int
    as_of: datetime
    is_simulated: bool
    created_at: datetime
    created_by: str
    even_though: str | None
    missing: int
    cells: int
    hidden: int

    def as_dict(self) -> dict[str, Any]:
        """Column name to value."""
        return asdict(self)


@dataclass(frozen=True)
class Missing:
    """What keeps a city out of a release: its period, what is not there, and who does what about it."""

    city: str
    period: str
    what: str
    next_step: str

    def as_dict(self) -> dict[str, str]:
        """For JSON and the record of the release."""
        return asdict(self)

    def __str__(self) -> str:
        return f"{self.city} {self.period}: {self.what}. {self.next_step}"
