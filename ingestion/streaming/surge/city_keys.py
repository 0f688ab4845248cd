"""The cities of which the stream keeps the time."""

from __future__ import annotations

from ingestion.gateway.places import read_places
from ingestion.programmes import programmes

_CANARY = "OPS"


def programmes_with_signals() -> list[str]:
    """All but that of the canary."""
    return sorted(programme for programme in programmes() if programme != _CANARY)


def city_keys() -> list[str]:
    """`programme|city` of every city and joint set of cities, in every programme that can have signals."""
    places = read_places()
    cities = sorted({*places.cities, *places.joint_sets})
    return [f"{programme}|{city}" for programme in programmes_with_signals() for city in cities]
