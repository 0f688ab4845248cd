"""The rule of the live counters for the events of one Kafka partition. No Kafka, no Postgres and no state here."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from ingestion.streaming.live.cells import SECONDS, Cell, Kind, Tally
from ingestion.streaming.live.record import Received

SECOND = 1_000_000
HOUR = 3600 * SECOND

#: An event counts as late if it is received more than this after the hour in which it happened had ended.
GRACE = HOUR
#: Minutes, and what a partner sent, are kept for as long as this: who looks at them looks at today.
KEPT = 48 * HOUR
#: A minute further ahead of the log's clock than this is a mistake of somebody's clock.
AHEAD = HOUR


class Logged(NamedTuple):
    """An event at its place in the log."""

    offset: int
    #: The log's clock when it was written: microseconds since 1970, never going back within a partition.
    clock: int
    event: Received
    #: Nothing with this identity stands before it in the partition.
    is_first: bool


def tally(batch: Iterable[Logged]) -> dict[Cell, Tally]:
    """What a batch adds to each cell that it touches.

    Counted is the first sight of each identity if it creates something: corrections, voids and repetitions are not.
    Late events are counted like others, and in their hour as late besides. Minutes take events whose time is known to
    the second.
    A partner is alive whatever it sends, so all its records are counted, by their time of receipt.
    """
    cells: dict[Cell, Tally] = {}

    def add(kind: Kind, moment: int, each: Logged, name: str, type_: str, is_late: bool) -> None:
        seconds = SECONDS[kind]
        cell = Cell(kind, moment // (seconds * SECOND) * seconds, each.event.programme, name, type_)
        found = cells.get(cell)
        if found is None:
            found = cells[cell] = Tally()
        found.events += 1
        found.late_events += is_late
        found.last_offset = each.offset
        if each.event.received > found.last_received:
            found.last_received = each.event.received

    for each in batch:
        event = each.event
        if _is_recent(event.received, "partner", each.clock):
            add("partner", event.received, each, event.partner, "", False)
        if not (each.is_first and event.is_create):
            continue
        occurred = event.occurred
        is_late = event.received - occurred // HOUR * HOUR > HOUR + GRACE
        add("hour", occurred, each, event.city, event.type, is_late)
        if event.is_exact and _is_recent(occurred, "minute", each.clock):
            add("minute", occurred, each, event.city, event.type, False)
    return cells


def _is_recent(moment: int, kind: Kind, clock: int) -> bool:
    step = SECONDS[kind] * SECOND
    return kept_from(kind, clock) <= moment // step * step <= clock + AHEAD


def kept_from(kind: Kind, clock: int) -> int:
    """The earliest start (microseconds) that a cell of this kind may have when the log's clock shows `clock`."""
    step = SECONDS[kind] * SECOND
    return (clock - KEPT) // step * step
