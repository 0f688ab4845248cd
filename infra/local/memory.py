"""Memory of a process with all its children, as PSS: shared pages are counted once over all who share them."""

from __future__ import annotations

import contextlib
import time

import psutil


def tree_pss(pid: int) -> int | None:
    """Bytes of PSS of a process and its descendants; None if it is gone or may not be looked at."""
    try:
        root = psutil.Process(pid)
        family = [root, *root.children(recursive=True)]
    except psutil.Error:
        return None
    total, seen = 0, False
    for process in family:
        with contextlib.suppress(psutil.Error, OSError):
            total += process.memory_full_info().pss
            seen = True
    return total if seen else None


def age(pid: int) -> float | None:
    """Seconds since a process was started; None if it is gone."""
    try:
        return time.time() - psutil.Process(pid).create_time()
    except psutil.Error:
        return None
