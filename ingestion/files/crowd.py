"""How many files are taken at once: each holds memory, and a slow sender holds it for long."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from weakref import WeakKeyDictionary

from ingestion.files.problems import TOO_MANY_FILES, Stopped

#: Of one gateway process, and of one partner: others must get a place beside it.
MOST_FILES, MOST_OF_ONE = 6, 2

_taken: WeakKeyDictionary[asyncio.AbstractEventLoop, Counter[str]] = WeakKeyDictionary()
_turns: WeakKeyDictionary[asyncio.AbstractEventLoop, asyncio.Semaphore] = WeakKeyDictionary()


@contextmanager
def place_for(partner: str) -> Iterator[None]:
    """Room for one more file of `partner`. Raises Stopped if there is none."""
    now = _taken.setdefault(asyncio.get_running_loop(), Counter())
    if now.total() >= MOST_FILES or now[partner] >= MOST_OF_ONE:
        raise Stopped(TOO_MANY_FILES)
    now[partner] += 1
    try:
        yield
    finally:
        now[partner] -= 1
        if not now[partner]:
            del now[partner]


def turn_of_workbooks() -> asyncio.Semaphore:
    """Workbooks are read one after the other: each takes memory, and the processor for seconds."""
    return _turns.setdefault(asyncio.get_running_loop(), asyncio.Semaphore(1))
