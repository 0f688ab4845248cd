"""A checker with the programme's real places and contracts, and one valid event to change."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from ingestion.contracts.registry import contracts
from ingestion.gateway.check import Checker
from ingestion.gateway.places import read_places
from ingestion.tokens import CityKey


def _sample(folder: Path) -> dict[str, Any]:
    path = folder / "minimal.pass.json"
    path = path if path.exists() else sorted(folder.glob("*.pass.json"))[0]
    event: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))["event"]
    return event


_SAMPLES = {name: _sample(contract.folder) for name, contract in contracts().items()}


@pytest.fixture(scope="session")
def checker() -> Checker:
    places = read_places()
    return Checker(contracts(), places, {city: CityKey("k1", city.encode() * 32) for city in places.cities})


@pytest.fixture(scope="session")
def event() -> Callable[..., dict[str, Any]]:
    """event(type=..., data={...}, **attributes): a sample with changes; an attribute of None is left out."""

    def make(type: str = "arrival.counted.v1", data: dict[str, Any] | None = None, **changes: Any) -> dict[str, Any]:
        made: dict[str, Any] = copy.deepcopy(_SAMPLES[type])
        made["data"].update(data or {})
        made.update(changes)
        return {name: value for name, value in made.items() if value is not None}

    return make
