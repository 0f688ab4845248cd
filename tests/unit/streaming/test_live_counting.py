"""The rule of the live counters, event by event."""

from __future__ import annotations

from typing import Any

import pytest

from ingestion.streaming.live.cells import Cell, Tally
from ingestion.streaming.live.counting import Logged, tally
from ingestion.streaming.live.record import read
from ingestion.streaming.live.types import type_rules
from tests.unit.streaming.live_log import micros, value

LOGGED = "2026-03-01T07:31:01Z"


def seen(*events: dict[str, Any], is_first: bool = True, clock: str = LOGGED) -> dict[str, dict[str, Tally]]:
    """The cells that the events touch, by kind and by start as text."""
    batch = []
    for offset, changes in enumerate(events):
        event = read(value(**changes))
        assert event is not None
        batch.append(Logged(offset, micros(clock), event, is_first))
    found: dict[str, dict[str, Tally]] = {"hour": {}, "minute": {}, "partner": {}}
    for cell, count in tally(batch).items():
        found[cell.kind][f"{cell.name} {_clock(cell)}"] = count
    return found


def _clock(cell: Cell) -> str:
    return f"{cell.start // 86400} {cell.start % 86400 // 3600:02}:{cell.start % 3600 // 60:02}"


DAY = micros("2026-03-01T00:00:00Z") // 86_400_000_000


def test_event__counts_in_its_hour_and_minute_and_for_its_partner() -> None:
    received = micros("2026-03-01T07:31:00.25Z")
    assert seen({}) == {
        "hour": {f"ARUA {DAY} 07:00": Tally(1, 0, received, 0)},
        "minute": {f"ARUA {DAY} 07:30": Tally(1, 0, received, 0)},
        "partner": {f"desk {DAY} 07:30": Tally(1, 0, received, 0)},
    }


def test_counts__go_up_and_keep_the_latest_receipt_and_offset() -> None:
    hour = seen({}, {"id": "b", "receivedat": "2026-03-01T07:30:00Z"})["hour"]
    assert hour == {f"ARUA {DAY} 07:00": Tally(2, 0, micros("2026-03-01T07:31:00.25Z"), 1)}


@pytest.mark.parametrize(("changes", "is_first"), [({"operation": "correct"}, True), ({"operation": "void"}, True),
                                                   ({}, False)])  # fmt: skip
def test_what_is_not_counted__shows_that_the_partner_is_there(changes: dict[str, Any], is_first: bool) -> None:
    found = seen(changes, is_first=is_first)
    assert (found["hour"], found["minute"], len(found["partner"])) == ({}, {}, 1)


@pytest.mark.parametrize(
    ("received", "late"), [("2026-03-01T12:00:00Z", 0), ("2026-03-01T12:00:00.000001Z", 1)]
)  # fmt: skip
def test_late__is_more_than_an_hour_after_the_hour_has_ended(received: str, late: int) -> None:
    (count,) = seen({"time": "2026-03-01T10:59:00Z", "receivedat": received}, clock=received)["hour"].values()
    assert count.late_events == late


@pytest.mark.parametrize(
    ("changes", "clock", "minutes"),
    [
        ({}, "2026-03-03T07:30:00Z", 1),
        ({}, "2026-03-03T07:31:00Z", 0),
        ({}, "2026-03-01T06:30:00Z", 1),
        ({}, "2026-03-01T06:29:59Z", 0),
        ({"timeprecision": "day"}, LOGGED, 0),
    ],
)
def test_minutes__are_of_two_days_and_known_to_the_second(changes: dict[str, Any], clock: str, minutes: int) -> None:
    found = seen(changes, clock=clock)
    assert (len(found["hour"]), len(found["minute"])) == (1, minutes)


def test_contacts__are_single_encounters_with_people() -> None:
    rules = type_rules()
    of_contacts = {name for name, rule in rules.items() if rule.counts_contacts}
    assert of_contacts == {
        "advisory.given.v1", "clinic.visit.v1", "feedback.received.v1", "service.provided.v1", "student.attended.v1",
    }  # fmt: skip
    assert rules["clinic.visit.v1"].small_below == 10
    assert rules["service.provided.v1"].small_below == 5


def test_keys__lie_in_order_of_their_start() -> None:
    starts = [-62_135_600_000, -1, 0, 255, 256, 2**40]
    keys = [Cell("minute", start, "SIM", "x", "t").key() for start in starts]
    assert keys == sorted(keys)
