"""A log of one partition and a state for it, in memory: what a checkpoint set counts once it is committed."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import orjson


def value(**changes: Any) -> bytes:
    """The value of an accepted record."""
    event = {
        "id": "a", "source": "urn:x", "type": "clinic.visit.v1", "time": "2026-03-01T10:30:00+03:00",
        "programme": "SIM", "city": "ARUA", "operation": "create", "partner": "desk",
        "receivedat": "2026-03-01T07:31:00.25Z", "timeprecision": "second",
    }  # fmt: skip
    return orjson.dumps(event | changes)


def micros(text: str) -> int:
    """Microseconds since 1970."""
    return round((datetime.fromisoformat(text) - datetime(1970, 1, 1, tzinfo=UTC)).total_seconds() * 1_000_000)


class Memory:
    """State as the live counters see it. `commit` or `abort` ends a checkpoint."""

    def __init__(self) -> None:
        self.kept: dict[bytes, bytes] = {}
        self._changed: dict[bytes, bytes | None] = {}

    def get(self, key: bytes) -> bytes | None:
        return self._changed[key] if key in self._changed else self.kept.get(key)

    def set(self, key: bytes, value: bytes) -> None:
        self._changed[key] = value

    def delete(self, key: bytes) -> None:
        self._changed[key] = None

    def scan(self, lower: bytes, upper: bytes) -> Iterator[tuple[bytes, bytes]]:
        return ((key, self.kept[key]) for key in sorted(self.kept) if lower <= key < upper)

    def commit(self) -> None:
        for key, value in self._changed.items():
            if value is None:
                self.kept.pop(key, None)
            else:
                self.kept[key] = value
        self._changed = {}

    def abort(self) -> None:
        self._changed = {}
