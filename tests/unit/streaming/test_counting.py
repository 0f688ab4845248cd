"""The rule of the live counters, with a plain dictionary as state."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import orjson
import pytest

from ingestion.streaming.live.application import CityOfKey
from ingestion.streaming.live.counting import Cell, Count, count

REMEMBER = timedelta(days=45)


class Memory(dict[str, Any]):
    """State as the rule sees it."""

    def set(self, key: str, value: Any, ttl: timedelta | None = None) -> None:
        assert (ttl == REMEMBER) == key.startswith("s"), "identities are forgotten some day, counts never"
        self[key] = value

    def exists(self, key: str) -> bool:
        return key in self


def see(memory: Memory, **changes: Any) -> Count | None:
    event = {
        "id": "a", "source": "urn:x", "type": "t", "time": "2026-03-01T10:30:00+03:00", "programme": "SIM",
        "city": "ARUA", "operation": "create", "receivedat": "2026-03-01T07:31:00.25Z",
    }  # fmt: skip
    return count(orjson.dumps(event | changes), memory, REMEMBER)


def test_count__by_hour_of_event_time_in_utc() -> None:
    assert see(Memory()) == Count(
        Cell("SIM", "ARUA", "t", datetime(2026, 3, 1, 7, tzinfo=UTC)), 1, 0,
        datetime(2026, 3, 1, 7, 31, 0, 250_000, tzinfo=UTC),
    )  # fmt: skip


def test_count__goes_up_and_keeps_the_latest_receipt() -> None:
    memory = Memory()
    see(memory)
    second = see(memory, id="b", receivedat="2026-03-01T07:30:00Z")

    assert second is not None
    assert (second.events, second.last_received_at.minute) == (2, 31)


def test_same_identity__counts_once_whatever_its_content() -> None:
    memory = Memory()
    assert see(memory) is not None
    assert see(memory) is None
    assert see(memory, time="2026-03-02T00:00:00Z") is None
    assert see(memory, source="urn:y") is not None


@pytest.mark.parametrize("operation", ["correct", "void"])
def test_corrections__are_not_counted_and_not_remembered(operation: str) -> None:
    memory = Memory()
    assert see(memory, operation=operation) is None
    assert see(memory) is not None


def test_late__is_more_than_an_hour_after_the_hour_has_ended() -> None:
    late = {
        name: see(Memory(), time="2026-03-01T10:59:00Z", receivedat=received)
        for name, received in {"just": "2026-03-01T12:00:00Z", "late": "2026-03-01T12:00:00.000001Z"}.items()
    }
    assert {name: seen.late_events for name, seen in late.items() if seen} == {"just": 0, "late": 1}


def test_no_city__counts_for_the_programme() -> None:
    counted = see(Memory(), city=None)
    assert counted is not None
    assert counted.cell.city == "SIM"


@pytest.mark.parametrize(
    "changes",
    [{"time": "soon"}, {"time": 7}, {"time": "0001-01-01T00:00:00+14:00"}, {"city": "a\x00b"}, {"receivedat": None}],
)
def test_nonsense__is_left_to_the_loader(changes: dict[str, Any]) -> None:
    memory = Memory()
    assert see(memory, **changes) is None
    assert memory == {}


def test_key__is_cut_to_the_city() -> None:
    assert [CityOfKey()(key) for key in (b"ARUA|s|1", b"SIM", b"")] == [b"ARUA", b"SIM", b""]
