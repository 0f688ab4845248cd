"""The two stages of the stream, with plain dictionaries as state."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any

import orjson
import pytest

from ingestion.streaming.surge.announcing import announcement, signal_id
from ingestion.streaming.surge.city import Change
from ingestion.streaming.surge.closing import take
from ingestion.streaming.surge.hours import GRACE_SECONDS, closing_hour, last_closed_hour
from ingestion.streaming.surge.judging import Judgement
from ingestion.streaming.surge.observing import observe

REMEMBER = timedelta(days=45)
HOUR_MS = 3_600_000


class Memory(dict[str, Any]):
    """State as the stages see it."""

    def set(self, key: str, value: Any, ttl: timedelta | None = None) -> None:
        self[key] = value

    def exists(self, key: str) -> bool:
        return key in self

    def get_bytes(self, key: str) -> bytes | None:
        return self.get(key)

    def set_bytes(self, key: str, value: bytes) -> None:
        self[key] = value

    def delete(self, key: str) -> None:
        del self[key]


def event(**changes: Any) -> bytes:
    return orjson.dumps(
        {
            "id": "a", "source": "urn:x", "type": "arrival.counted.v1", "time": "2026-03-01T10:30:00+03:00",
            "programme": "SIM", "city": "ARUA", "operation": "create", "data": {"count": 12, "direction": "in"},
        }
        | changes
    )  # fmt: skip


def test_observed__by_hour_in_utc() -> None:
    hour = int(datetime(2026, 3, 1, 7, tzinfo=UTC).timestamp()) // 3600
    assert observe(event(), Memory(), REMEMBER) == {"k": "SIM|ARUA", "s": "arrivals", "h": hour, "n": 12}
    visit = event(type="clinic.visit.v1", data={})
    assert observe(visit, Memory(), REMEMBER) == {"k": "SIM|ARUA", "s": "clinic_visits", "h": hour, "n": 1}


def test_same_identity__counts_once() -> None:
    memory = Memory()
    assert observe(event(), memory, REMEMBER)
    assert observe(event(time="2026-03-02T00:00:00Z"), memory, REMEMBER) is None
    assert observe(event(source="urn:y"), memory, REMEMBER)


@pytest.mark.parametrize(
    "changes",
    [
        {"data": {"count": 12, "direction": "out"}},
        {"data": {"count": 0, "direction": "in"}},
        {"type": "forum.held.v1"},
        {"operation": "correct"},
        {"programme": "OPS"},
        {"city": None},
        {"timeprecision": "day"},
        {"time": "yesterday"},
        {"data": None},
    ],
    ids=str,
)
def test_what_counts_for_no_series(changes: dict[str, Any]) -> None:
    memory = Memory()
    assert observe(event(**changes), memory, REMEMBER) is None
    assert memory == {}, "what does not count is not remembered"


@pytest.mark.parametrize("value", [None, b"", b"no json", b"[]", b"{}"])
def test_no_event__is_left_to_the_loader(value: bytes | None) -> None:
    assert observe(value, Memory(), REMEMBER) is None


def test_hour__closes_a_grace_after_its_end() -> None:
    end_ms = 101 * HOUR_MS + GRACE_SECONDS * 1000
    assert last_closed_hour(end_ms - 1) == 99
    assert last_closed_hour(end_ms) == 100
    assert closing_hour(end_ms - 1) == 100, "what is logged before the closing is taken in by it"
    assert closing_hour(end_ms) == 101


def _counts() -> list[tuple[dict[str, Any], int]]:
    """Ten weeks of records with the time at which each was logged, and a surge."""
    rng = Random(1)
    records = []
    for hour in range(10 * 168):
        if 8 <= hour % 24 < 18:
            number = rng.randint(25, 35) * (3 if 9 * 168 + 80 <= hour < 9 * 168 + 90 else 1)
            late = rng.choice((0, 0, 0, 5, 30))
            records.append(({"s": "registrations", "h": hour, "n": number}, int((hour + 0.5 + late) * HOUR_MS)))
    return records


def test_order_and_lateness_of_reading__do_not_matter() -> None:
    records, end = _counts(), 10 * 168 * HOUR_MS
    slow, fast = Memory(), Memory()
    shuffled = records[:]
    Random(2).shuffle(shuffled)
    for record, logged in shuffled:
        assert take(record, logged, slow) == []
    at_the_end = take({"t": end}, 0, slow)
    bit_by_bit: list[Change] = []
    for record, logged in sorted(records, key=lambda each: each[1]):
        bit_by_bit += take({"t": logged}, 0, fast)
        take(record, logged, fast)
    bit_by_bit += take({"t": end}, 0, fast)
    assert at_the_end == bit_by_bit
    assert at_the_end[0].what == "opened"


def test_closed__what_waited_is_let_go() -> None:
    memory = Memory()
    take({"s": "arrivals", "h": 5, "n": 3}, 5 * HOUR_MS, memory)
    take({"t": 9 * HOUR_MS}, 0, memory)
    assert take({"t": 9 * HOUR_MS}, 0, memory) == []
    assert set(memory) == {"first", "next", "city"}
    assert take({"t": 9 * HOUR_MS}, 0, Memory()) == [], "a city of which nothing is known"


def _change(what: str, expected: float = 21.4) -> Change:
    return Change(what, "clinic_visits", 500_000, 499_990, 499_985, Judgement(6, 80, expected, 5.0, 3.5), 499_990)


def test_announcement__explains_itself() -> None:
    said = announcement("CM|ARUA", _change("opened"))
    data = said["data"]
    assert (said["type"], said["city"], said["programme"]) == ("surge.opened.v1", "ARUA", "CM")
    assert (data["seen"], data["expected"], data["expected_is_at_most"], data["ratio"]) == (80, 21, False, 3.81)
    assert data["sentence"]["en"] == (
        "ARUA: 80 clinic visits from 2027-01-14 17:00 to 2027-01-14 23:00 UTC. "
        "At these hours of the week about 21 are usual."
    )
    assert data["since"] < data["window_end"]
    assert announcement("SIM|ARUA", _change("opened"))["data"]["sentence"]["en"].startswith("Simulated. ")


def test_small_numbers_of_the_past__are_not_shown() -> None:
    data = announcement("CM|ARUA", _change("opened", expected=3.0))["data"]
    assert (data["expected"], data["expected_is_at_most"]) == (10, True)
    assert "at most 10" in data["sentence"]["en"]


def test_closed__bears_the_id_of_what_opened() -> None:
    opened, closed = (announcement("CM|ARUA", _change(what)) for what in ("opened", "calm"))
    assert opened["subject"] == closed["subject"] == signal_id("CM|ARUA", "clinic_visits", 499_990)
    assert opened["id"] != closed["id"]
    assert closed["data"]["reason"] == "calm"
