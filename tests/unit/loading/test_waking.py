"""When a load is woken: one signal a backlog, paced, and again if the load does not come."""

from __future__ import annotations

from ingestion.loading.backlog import Backlog
from ingestion.loading.waking import Waking

PLACE = ("topic", 0)


def backlog(loaded: int, end: int, begin: int = 0) -> Backlog:
    return Backlog(begins={PLACE: begin}, ends={PLACE: end}, loaded={PLACE: loaded} if loaded >= 0 else {})


def waking() -> Waking:
    return Waking(min_interval=5, resignal_after=60)


def test_nothing_waits__no_signal() -> None:
    assert not waking().due(backlog(10, 10), 0)


def test_something_waits__one_signal_until_it_is_loaded() -> None:
    decide = waking()
    assert decide.due(backlog(0, 10), 0)
    assert not decide.due(backlog(0, 10), 6), "the same backlog is being loaded"
    assert not decide.due(backlog(4, 25), 12), "more came, the load of the first is not through"
    assert decide.due(backlog(10, 25), 18), "the first is loaded, more waits"


def test_stream_of_events__signals_are_paced() -> None:
    decide = waking()
    signals = [now for now in range(60) if decide.due(backlog(now, now + 1), now)]
    assert signals == list(range(0, 60, 5))


def test_load_fails_again_and_again__signals_once_a_minute() -> None:
    decide = waking()
    signals = [now for now in range(200) if decide.due(backlog(0, 10), now)]
    assert signals == [0, 60, 120, 180]


def test_partition_never_loaded__starts_at_the_log() -> None:
    assert backlog(-1, 10, begin=4).size == 6
    assert not waking().due(backlog(-1, 10, begin=10), 0)


def test_retention_took_what_was_signalled__counts_as_covered() -> None:
    decide = waking()
    assert decide.due(backlog(0, 10), 0)
    assert decide.due(backlog(0, 30, begin=20), 10)
