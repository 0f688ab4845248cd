"""Show and rotate the keys by which each city's identifiers become tokens."""

from __future__ import annotations

import base64
import json
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from infra.local.files import write_private
from ingestion.tokens import KeyringError, key_number, read_keyring


@dataclass(frozen=True)
class CityKeys:
    """The keys of one city by their ids, never by their secrets."""

    city: str
    active: str
    earlier: tuple[str, ...]


def list_city_keys(path: Path) -> list[CityKeys]:
    """Every city of the keyring file at `path`. Raises KeyringError if it cannot be used."""
    return [_shown(city, entry) for city, entry in sorted(_entries(path).items())]


def rotate_city_key(path: Path, city: str, *, forget: bool = False) -> CityKeys:
    """Make a new active key for `city` and write the keyring file whole; the gateway takes it within 5 seconds.

    The first key stays, so that people who are known stay the same people and events sent again are known again.
    With `forget` the earlier keys are removed for good: whoever comes from then on is somebody new.
    Raises KeyringError if the file cannot be used or the city has no key.
    """
    entries = _entries(path)
    if city not in entries:
        raise KeyringError(f"{city!r} has no key for tokens: `corridor keys city list` shows the cities that have.")
    entry = entries[city]
    made = f"k{max(map(key_number, entry['keys'])) + 1}"
    earlier = {} if forget else entry["keys"]
    entries[city] = {"active": made, "keys": {**earlier, made: base64.b64encode(os.urandom(32)).decode()}}
    write_private(path, json.dumps(entries, indent=1, sort_keys=True) + "\n")
    return _shown(city, entries[city])


def _entries(path: Path) -> dict[str, dict[str, Any]]:
    read_keyring(path)  # refuses a missing or damaged file with the words for it
    entries: dict[str, dict[str, Any]] = json.loads(path.read_text(encoding="utf-8"))
    return entries


def _shown(city: str, entry: dict[str, Any]) -> CityKeys:
    earlier = sorted((key for key in entry["keys"] if key != entry["active"]), key=key_number)
    return CityKeys(city, entry["active"], tuple(earlier))
