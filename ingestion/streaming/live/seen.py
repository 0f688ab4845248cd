"""Finds an identity among millions: an index on this machine's disk, made from the identities in the state.

An entry says at which offset its identity was first seen. That is a fact of the log: entries of a checkpoint that was
never committed are as true as others, so nothing here has to be undone.
"""

from __future__ import annotations

import logging
import shutil
import struct
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path
from types import TracebackType

from rocksdict import AccessType, BlockBasedOptions, Cache, Options, Rdict, WriteBatch

from ingestion.streaming.live.identities import pieces
from ingestion.streaming.live.store import Store

log = logging.getLogger(__name__)

_MB = 1024 * 1024
_OFFSET = struct.Struct(">Q")
#: A piece before which all are in the index, and the offset up to which the log is.
_MARK = struct.Struct(">QQ")


class Seen:
    """The index of all partitions of one member; its folder can be deleted at any time while nothing runs."""

    def __init__(self, folder: Path, remember: timedelta) -> None:
        folder.parent.mkdir(parents=True, exist_ok=True)
        self._folder, self._keep = folder, int(remember.total_seconds())
        try:
            self._rows = self._open()
        except Exception as problem:  # rocksdict raises nothing more precise
            if not str(problem).startswith("Corruption"):
                raise
            log.warning("the index of identities is damaged and is made anew: %s", problem)
            shutil.rmtree(folder)
            self._rows = self._open()

    def first_sights(self, partition: int, identities: Sequence[bytes], offsets: Sequence[int]) -> list[bool]:
        """For each identity whether nothing with it stands before its offset. `catch_up` comes first."""
        place = _place(partition)
        found: list[bytes | None] = self._rows.get([place + identity for identity in identities]) or []
        earlier: set[bytes] = set()
        firsts = []
        for identity, offset, at in zip(identities, offsets, found, strict=True):
            is_first = identity not in earlier and (at is None or _OFFSET.unpack(at)[0] >= offset)
            earlier.add(identity)
            firsts.append(is_first)
        return firsts

    def add(self, partition: int, new: Sequence[tuple[bytes, int]], piece: int, upto: int) -> None:
        """Note identities with their offsets, before they are committed.

        `piece`: the one that the state as committed adds to next; `upto`: the offset after the last one looked at.
        """
        place, batch = _place(partition), WriteBatch(raw_mode=True)
        for identity, offset in new:
            batch.put(place + identity, _OFFSET.pack(offset))
        batch.put(place, _MARK.pack(piece, upto))
        self._rows.write(batch)

    def catch_up(self, partition: int, store: Store, upto: int) -> None:
        """Bring the index to the state as committed, in which the log is counted up to the offset `upto`."""
        place = _place(partition)
        mark = self._rows.get(place)
        piece, reached = (0, -1) if mark is None else _MARK.unpack(mark)
        if reached == upto:
            return
        if upto == 0 and mark is not None:
            # The state begins anew, perhaps with another log: what was true of the old one means nothing.
            self._rows.delete_range(place, _place(partition + 1))
            piece = 0
        for identities in pieces(store, piece):
            batch = WriteBatch(raw_mode=True)
            for identity in identities:
                batch.put(place + identity, _OFFSET.pack(0))
            self._rows.write(batch)

    def __enter__(self) -> Seen:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._rows.close()

    def _open(self) -> Rdict:
        options = Options(raw_mode=True)
        options.create_if_missing(True)
        options.set_write_buffer_size(4 * _MB)
        options.set_max_write_buffer_number(2)
        options.set_max_total_wal_size(16 * _MB)
        options.set_max_open_files(64)
        table = BlockBasedOptions()
        # Nearly every event is new: the filter says so without reading the disk.
        table.set_bloom_filter(10, False)
        table.set_block_cache(Cache(8 * _MB))
        table.set_cache_index_and_filter_blocks(True)
        options.set_block_based_table_factory(table)
        # RocksDB drops what is older by itself when it compacts: sometimes later, never earlier.
        return Rdict(str(self._folder), options, access_type=AccessType.with_ttl(self._keep))


def _place(partition: int) -> bytes:
    return struct.pack(">H", partition)
