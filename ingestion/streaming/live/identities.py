"""Which identities a partition has seen, in its state: pieces of many identities each.

A record of the changelog for each identity would make a member that takes a partition over read for minutes. Which
piece holds an identity is not known here: `seen.py` keeps an index of them, made from the pieces.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator, Sequence

from ingestion.streaming.live.record import IDENTITY_SIZE
from ingestion.streaming.live.store import Store

#: A piece that holds as many is not added to: it would be written anew each time.
FULL = 64
#: Identities that one piece takes at most: 48 kB.
LARGEST = 4096

_CLOCK = struct.Struct(">Q")
_END = b"i\xff\xff\xff\xff\xff\xff\xff\xff\xff"


def remember(store: Store, piece: int, identities: Sequence[bytes], clock: int) -> int:
    """Add identities from `piece` on; returns the piece that takes the next ones. `clock`: microseconds, log's time."""
    while identities:
        stored = store.get(_key(piece))
        held = b"" if stored is None else stored[_CLOCK.size :]
        room = LARGEST - len(held) // IDENTITY_SIZE
        held += b"".join(identities[:room])
        identities = identities[room:]
        store.set(_key(piece), _CLOCK.pack(max(clock, 0)) + held)
        if len(held) >= FULL * IDENTITY_SIZE:
            piece += 1
    return piece


def pieces(store: Store, first: int) -> Iterator[list[bytes]]:
    """The identities of each piece from `first` on that stood in the state at the last checkpoint."""
    for _, stored in store.scan(_key(first), _END):
        held = stored[_CLOCK.size :]
        yield [held[at : at + IDENTITY_SIZE] for at in range(0, len(held), IDENTITY_SIZE)]


def forget(store: Store, before: int) -> None:
    """Drop the pieces to which nothing was added since `before` (microseconds)."""
    for key, stored in store.scan(_key(0), _END):
        if _CLOCK.unpack_from(stored)[0] >= before:
            return
        store.delete(key)


def _key(piece: int) -> bytes:
    return b"i" + struct.pack(">Q", piece)
