"""Keeping the memory of a stream flat: what librdkafka's threads free must go back to the system."""

from __future__ import annotations

import ctypes

#: Of malloc.h of the GNU C library.
_M_TRIM_THRESHOLD = -1
_M_ARENA_MAX = -8

_ARENAS = 2
_TRIM_BYTES = 128 * 1024


def bound_heap() -> None:
    """To be called before any thread starts. Does nothing where the C library is another one.

    A record is allocated by one thread and freed by another. Each thread has a heap of its own by default, and what is
    freed there is kept: over a million records that was 70 MB, at the same rate.
    """
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None)
    if mallopt is not None:
        mallopt(_M_ARENA_MAX, _ARENAS)
        mallopt(_M_TRIM_THRESHOLD, _TRIM_BYTES)
