"""How many events of each partner this gateway answered for, in a small mapped file that outlives the process.

The counts are in the kernel's memory as soon as they are made: kill -9 of the gateway loses none. A power failure may
lose the last seconds of them, which makes the reconciliation look for less and never for more.
"""

from __future__ import annotations

import fcntl
import logging
import mmap
import os
import struct
import time
import uuid
from pathlib import Path

logger = logging.getLogger("corridor.gateway.acknowledged")

#: Magic, id of the file, Unix time of its making, number of slots in use.
_HEAD = struct.Struct("<8s32sdQ")
_HEAD_BYTES = 64
_MAGIC = b"CORRACK1"
#: A slot: the partner's code, then accepted, rejected, duplicates and eight bytes that nobody uses.
_NAME_BYTES = 64
_SLOT_BYTES = _NAME_BYTES + 32
#: The last slot stands for all partners beyond, who are then counted together under no name.
SLOTS = 4096
_SIZE = _HEAD_BYTES + SLOTS * _SLOT_BYTES
#: Processes that may share one folder, each with a file of its own.
_MOST_FILES = 16

#: Accepted, rejected, and answered as duplicates from memory.
Totals = tuple[int, int, int]


class Acknowledged:
    """Running totals by partner. `gateway` names the file, `since` is the Unix time of its making."""

    def __init__(self, folder: Path) -> None:
        self._handle: int | None = None
        self._map = self._open(folder)
        magic, gateway, since, used = _HEAD.unpack_from(self._map)
        if magic != _MAGIC:
            gateway, since, used = uuid.uuid4().hex.encode(), time.time(), 0
            _HEAD.pack_into(self._map, 0, _MAGIC, gateway, since, used)
        self.gateway = gateway.decode()
        self.since = float(since)
        self._used = int(used)
        self._counts = memoryview(self._map).cast("Q")
        self._places = {self._name(slot): _place(slot) for slot in range(self._used)}

    def add(self, partner: str, accepted: int, rejected: int, duplicates: int) -> None:
        """Count one request whose events are durable, before it is answered."""
        place = self._places.get(partner) or self._new(partner)
        counts = self._counts
        counts[place] += accepted
        if rejected:
            counts[place + 1] += rejected
        if duplicates:
            counts[place + 2] += duplicates

    def totals(self) -> dict[str, Totals]:
        """Of every partner, since the file was made."""
        counts = self._counts
        return {name: (counts[at], counts[at + 1], counts[at + 2]) for name, at in self._places.items()}

    def close(self) -> None:
        """Let go of the file."""
        self._counts.release()
        self._map.close()
        if self._handle is not None:
            os.close(self._handle)
            self._handle = None

    def _new(self, partner: str) -> int:
        name = partner.encode()[:_NAME_BYTES]
        if self._used == SLOTS - 1:
            logger.error("more than %d partners: the others are counted without a name", SLOTS - 1)
            name = b""
        if self._used >= SLOTS:
            return self._places[""]
        at = _HEAD_BYTES + self._used * _SLOT_BYTES
        self._map[at : at + _NAME_BYTES] = name.ljust(_NAME_BYTES, b"\0")
        place = _place(self._used)
        # The name first: a slot that is counted has one.
        self._used += 1
        _HEAD.pack_into(self._map, 0, _MAGIC, self.gateway.encode(), self.since, self._used)
        self._places[name.decode()] = place
        return place

    def _name(self, slot: int) -> str:
        at = _HEAD_BYTES + slot * _SLOT_BYTES
        return bytes(self._map[at : at + _NAME_BYTES]).rstrip(b"\0").decode(errors="replace")

    def _open(self, folder: Path) -> mmap.mmap:
        """The first file that no other process has; memory alone where there can be no file."""
        try:
            folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            for number in range(_MOST_FILES):
                handle = os.open(folder / f"acknowledged-{number}", os.O_RDWR | os.O_CREAT, 0o600)
                try:
                    fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
                except OSError:
                    os.close(handle)
                    continue
                self._handle = handle
                if os.fstat(handle).st_size < _SIZE:
                    # Allocated at once: a full disk must not end the gateway when a page is first written to.
                    os.posix_fallocate(handle, 0, _SIZE)
                return mmap.mmap(handle, _SIZE)
            raise OSError("every file is taken by another process")
        except OSError as error:
            logger.error("counts of this process will not outlive it error=%s", error.strerror or error)
            if self._handle is not None:
                os.close(self._handle)
                self._handle = None
            return mmap.mmap(-1, _SIZE)


def _place(slot: int) -> int:
    """Where the counts of a slot begin, in units of eight bytes; never 0."""
    return (_HEAD_BYTES + slot * _SLOT_BYTES + _NAME_BYTES) // 8
