"""The identities of the last events that were made durable, so that a duplicate is told at once. Memory only."""

from __future__ import annotations

#: About 17 MB.
CAPACITY = 100_000
#: Of the SHA-256: a partner would have to look for two contents of one event for years, to lose its own.
HASH_BYTES = 16


def identity_of(source: str, id_: str) -> int:
    """A number for an identity. Of another process it is another: Python's hash is keyed with a random secret."""
    return hash((source, id_))


class RecentIdentities:
    """Identity to content hash, for between half of `capacity` and `capacity` of the latest.

    Two generations: when the younger one is full, the older one goes.
    """

    def __init__(self, capacity: int = CAPACITY) -> None:
        self._half = max(1, capacity // 2)
        self._young: dict[int, bytes] = {}
        self._old: dict[int, bytes] = {}

    def __len__(self) -> int:
        return len(self._young) + len(self._old)

    def find(self, identity: int) -> bytes | None:
        """The content hash that was remembered."""
        return self._young.get(identity) or self._old.get(identity)

    def remember(self, contents: dict[int, bytes]) -> None:
        """Remember identities whose records are durable: never before."""
        if len(self._young) + len(contents) > self._half:
            self._old, self._young = self._young, {}
        self._young.update(contents)
