"""The words in which commands take a scope: a programme, cities and event types, with commas between."""

from __future__ import annotations

from collections.abc import Iterable

from infra.local.problems import Problem


def split(text: str | None) -> list[str] | None:
    """The parts of "ADAMA, ARUA"; None stays None, which means all."""
    return None if text is None else [part.strip() for part in text.split(",") if part.strip()]


def check_scope(programme: str, cities: Iterable[str] | None, types: Iterable[str] | None) -> None:
    """Raises Problem for a word that names nothing."""
    from ingestion.contracts.registry import contracts
    from ingestion.gateway.places import read_places
    from ingestion.programmes import programmes

    if programme not in programmes():
        raise Problem(f"There is no programme {programme!r}: choose one of {', '.join(programmes())}.")
    places = read_places()
    unknown = [city for city in cities or () if not places.knows(city)]
    unknown += [name for name in types or () if name not in contracts()]
    if unknown:
        raise Problem(f"There is no city or event type {unknown[0]!r}: see the list of places, or /docs.")
