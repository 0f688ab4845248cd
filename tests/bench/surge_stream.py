"""The stream of surge signals with a million events waiting: its memory, and that two members share its work."""

from __future__ import annotations

import time
from typing import Any

from ingestion.streaming.surge.application import GROUP
from tests.bench.bars import Bar
from tests.bench.streams_events import Backlog, fill
from tests.bench.streams_members import Watch, highest_rss, seconds_until, start
from tests.own_stack import own_stack

BARS = {
    "surge stream, a million waiting: memory (RSS)": Bar("MB", at_most=250),
    "surge stream, kill -9: committed output again after": Bar("s", at_most=10),
    "surge stream, second member: has its share after": Bar("s", at_most=15),
}


def measure(quick: bool = False) -> tuple[dict[str, float], dict[str, Any]]:
    """All figures by name, and how they were got. `quick` takes a tenth of the events."""
    waiting = 100_000 if quick else 1_000_000
    with own_stack() as stack:
        watch = Watch(stack, GROUP)
        fill(stack.settings.kafka_bootstrap, Backlog(2_903, types=("clinic.visit.v1",)).batch(waiting))
        members = [start(stack, "0", "surge")]
        try:
            with highest_rss(members[0].process.pid) as peak:
                seconds_until(lambda: _done(watch) > 0)
                first, since = _done(watch), time.monotonic()
                seconds_until(lambda: _done(watch) > waiting * 0.9, 600)
                rate = (_done(watch) - first) / (time.monotonic() - since)
            members.pop().kill()
            at = _done(watch)
            members.append(start(stack, "0", "surge"))
            again = seconds_until(lambda: _done(watch) > at)
            members.append(start(stack, "1", "surge"))
            joined = seconds_until(lambda: len(shares := watch.shares()) == 2 and all(shares))
        finally:
            for member in members:
                member.stop()
            watch.close()
    figures = dict(zip(BARS, (peak[0], again, joined), strict=True))
    return figures, {"events waiting": waiting, "events/s of one process, first stage": rate}


def _done(watch: Watch) -> int:
    """Of the accepted events; their counts of hours follow in the second stage."""
    return sum(watch.committed().values())
