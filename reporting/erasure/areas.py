"""Areas of the programme, as consent.withdrawn names them, and their event types."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from ingestion.contracts.processing import processing
from reporting.erasure.model import ErasureProblem

WITHDRAWN = "consent.withdrawn"


def areas() -> dict[str, dict[str, Any]]:
    """Each area with its purpose, legal basis and event types (without their version)."""
    found: dict[str, dict[str, Any]] = processing()["areas"]
    return found


def types_of(wanted: Iterable[str] | None) -> tuple[str, ...] | None:
    """Event types of these areas, and the withdrawal itself; None of None, which means all.

    Raises ErasureProblem for an area that is not known.
    """
    if wanted is None:
        return None
    wanted = tuple(wanted)
    unknown = sorted(set(wanted) - set(areas()))
    if unknown:
        raise ErasureProblem(f"No area is called {', '.join(unknown)}: there are {', '.join(sorted(areas()))}.")
    return tuple(sorted({WITHDRAWN, *(name for area in wanted for name in areas()[area]["types"])}))
