"""What the live counters read from an accepted record."""

from __future__ import annotations

from typing import Any

import pytest

from ingestion.streaming.live.record import read
from tests.unit.streaming.live_log import micros, value


def test_read__takes_times_as_instants() -> None:
    event = read(value())
    assert event is not None
    assert (event.occurred, event.received) == (micros("2026-03-01T07:30:00Z"), micros("2026-03-01T07:31:00.25Z"))
    assert (event.programme, event.city, event.type, event.partner) == ("SIM", "ARUA", "clinic.visit.v1", "desk")
    assert event.is_create
    assert event.is_exact


def test_identity__is_source_and_id_together() -> None:
    identities = {
        event.identity
        for changes in ({}, {"city": "JINJA"}, {"id": "b"}, {"source": "urn:xa", "id": ""}, {"source": "urn:y"})
        if (event := read(value(**changes)))
    }
    assert len(identities) == 4


def test_no_city__counts_for_the_programme() -> None:
    event = read(value(city=None))
    assert event is not None
    assert event.city == "SIM"


@pytest.mark.parametrize(("precision", "exact"), [("second", True), (None, True), ("hour", False), ("day", False)])
def test_precision__says_if_the_minute_is_known(precision: str | None, exact: bool) -> None:
    event = read(value(timeprecision=precision))
    assert event is not None
    assert event.is_exact is exact


@pytest.mark.parametrize(
    "changes",
    [
        {"time": "soon"}, {"time": 7}, {"time": "2026-03-01T10:30:00"}, {"city": "a\x00b"}, {"receivedat": None},
        {"partner": None},
    ],
)  # fmt: skip
def test_nonsense__is_left_to_the_loader(changes: dict[str, Any]) -> None:
    assert read(value(**changes)) is None


@pytest.mark.parametrize("raw", [None, b"", b"no json", b"{}", b"[]", b'{"id": "\\ud800"}', b"\xff"])
def test_what_is_no_event__is_left_to_the_loader(raw: bytes | None) -> None:
    assert read(raw) is None


def test_half_a_character__is_left_to_the_loader() -> None:
    assert read(value().replace(b"ARUA", b"A\\ud800A")) is None
