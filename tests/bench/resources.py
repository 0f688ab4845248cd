"""Memory (proportional set size) and processor use of all processes of a stack."""

from __future__ import annotations

import contextlib
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

import psutil

from infra.local.memory import tree_pss
from infra.settings import Settings


def processes(settings: Settings) -> list[psutil.Process]:
    """supervisord of this stack and all its descendants."""
    pid = int((settings.home / "run" / "supervisord.pid").read_text())
    root = psutil.Process(pid)
    return [root, *root.children(recursive=True)]


def memory_mb(settings: Settings) -> float:
    """PSS of the whole stack in MB (2**20 bytes)."""
    return (tree_pss(processes(settings)[0].pid) or 0) / 2**20


def cpu_seconds(settings: Settings) -> float:
    """User and system seconds of all living processes and of their ended children."""
    total = 0.0
    for process in processes(settings):
        with contextlib.suppress(psutil.Error):
            used = process.cpu_times()
            total += used.user + used.system + used.children_user + used.children_system
    return total


def idle_cores(settings: Settings, seconds: float = 60.0) -> float:
    """Cores used on average over `seconds` without any input."""
    before, started = cpu_seconds(settings), time.monotonic()
    threading.Event().wait(seconds)
    return (cpu_seconds(settings) - before) / (time.monotonic() - started)


@contextmanager
def peak_memory(settings: Settings, every: float = 1.0) -> Iterator[list[float]]:
    """Sample the memory in a thread; the list holds the highest MB seen when the block ends."""
    peak, done = [0.0], threading.Event()

    def sample() -> None:
        while not done.wait(every):
            peak[0] = max(peak[0], memory_mb(settings))

    thread = threading.Thread(target=sample, daemon=True)
    thread.start()
    try:
        yield peak
    finally:
        done.set()
        thread.join()
