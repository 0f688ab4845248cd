"""Counting a partition equals a count by hand, however its log is cut, repeated, aborted, rewound and moved."""

from __future__ import annotations

import shutil
import tempfile
from collections import Counter
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from ingestion.streaming.live import identities
from ingestion.streaming.live.cells import Cell, Tally
from ingestion.streaming.live.counting import AHEAD, HOUR, KEPT
from ingestion.streaming.live.partition import Record, count
from ingestion.streaming.live.seen import Seen
from tests.unit.streaming.live_log import Memory, micros, value

REMEMBER = timedelta(days=45)
START = micros("2026-03-01T00:00:00Z")
MINUTE = 60_000_000
FAR = START + 400 * 24 * HOUR

#: (identity, operation, type, minutes between the event and its receipt, precision, minutes until the next record)
Step = tuple[int, str, str, int, str | None, int]

steps = st.lists(
    st.tuples(
        st.integers(0, 25),
        st.sampled_from(["create", "create", "create", "correct", "void"]),
        st.sampled_from(["clinic.visit.v1", "forum.held.v1"]),
        st.sampled_from([-90, -30, 0, 1, 59, 119, 121, 2_000, 2_881, 400_000]),
        st.sampled_from(["second", None, "day"]),
        st.sampled_from([0, 0, 1, 7, 300]),
    ),
    min_size=1,
    max_size=60,
)
#: How many records each checkpoint takes, and what becomes of it.
cuts = st.lists(
    st.tuples(st.integers(1, 15), st.sampled_from(["commit", "commit", "abort", "move", "rewind"])), max_size=40
)


def _log(steps: list[Step]) -> list[Record]:
    records, clock = [], START
    for offset, (number, operation, type_, minutes, precision, pause) in enumerate(steps):
        clock += pause * MINUTE
        records.append(
            Record(
                offset,
                clock // 1000,
                value(
                    id=f"e{number}", operation=operation, type=type_, timeprecision=precision,
                    time=_text(clock - minutes * MINUTE), receivedat=_text(clock), partner=f"p{number % 2}",
                ),
            )
        )  # fmt: skip
    return records


def _text(moment: int) -> str:
    return datetime.fromtimestamp(moment / 1e6, UTC).isoformat()


def _by_hand(steps: list[Step]) -> tuple[Counter[tuple[Any, ...]], Counter[tuple[Any, ...]]]:
    """Events and late events by kind, start, name and type, without any of the code under test."""
    events: Counter[tuple[Any, ...]] = Counter()
    late: Counter[tuple[Any, ...]] = Counter()
    seen: set[int] = set()
    clock = START
    for number, operation, type_, minutes, precision, pause in steps:
        clock += pause * MINUTE
        events["partner", clock // (5 * MINUTE) * 300, f"p{number % 2}", ""] += 1
        if number in seen:
            continue
        seen.add(number)
        if operation != "create":
            continue
        occurred = clock - minutes * MINUTE
        hour = occurred // HOUR
        events["hour", hour * 3600, "ARUA", type_] += 1
        late["hour", hour * 3600, "ARUA", type_] += clock > (hour + 2) * HOUR
        minute = occurred // MINUTE * MINUTE
        if precision != "day" and clock - KEPT <= minute <= clock + AHEAD:
            events["minute", minute // 1_000_000, "ARUA", type_] += 1
    return events, late


@settings(max_examples=40, deadline=None)
@given(steps, cuts)
def test_any_course__gives_the_counts_of_a_count_by_hand(steps: list[Step], cuts: list[tuple[int, str]]) -> None:
    log = _log(steps)
    folder = Path(tempfile.mkdtemp())
    store, members, written = Memory(), 1, dict[Cell, Tally]()
    seen = Seen(folder / "0", REMEMBER)
    try:
        at = 0
        for size, fate in [*cuts, (len(log), "rewind"), (len(log), "commit")]:
            counted = count(3, log[at : at + size], store, seen, REMEMBER, FAR)
            if counted is not None:
                for cell, tally in counted.cells.items():
                    if cell not in written or written[cell].last_offset <= tally.last_offset:
                        written[cell] = tally
            if fate == "abort":
                store.abort()
                continue
            store.commit()
            at = min(len(log), at + size)
            if fate == "rewind":
                at = 0
            if fate == "move":
                seen.__exit__(None, None, None)
                members += 1
                seen = Seen(folder / f"{members % 3}", REMEMBER)
        events, late = _by_hand(steps)
        assert {(c.kind, c.start, c.name, c.type): t.events for c, t in written.items()} == events
        assert +Counter({(c.kind, c.start, c.name, c.type): t.late_events for c, t in written.items()}) == +late
    finally:
        seen.__exit__(None, None, None)
        shutil.rmtree(folder)


def test_state__holds_minutes_of_two_days_and_identities_as_long_as_told(tmp_path: Path) -> None:
    store = Memory()
    with Seen(tmp_path / "seen", REMEMBER) as seen:
        for day in range(60):
            clock = START + day * 24 * HOUR
            record = Record(day, clock // 1000, value(id=f"e{day}", time=_text(clock), receivedat=_text(clock)))
            count(0, [record], store, seen, REMEMBER, FAR)
            store.commit()
    kinds = Counter(key[:1] for key in store.kept)
    assert kinds == {b"h": 60, b"m": 3, b"p": 3, b"i": 1, b"@": 1}


def test_pieces__are_filled_and_forgotten_one_after_the_other() -> None:
    store = Memory()
    names = [f"{n:012}".encode() for n in range(10_000)]
    piece = identities.remember(store, 0, names[:10], 1_000)
    store.commit()
    piece = identities.remember(store, piece, names[10:9_000], 2_000)
    store.commit()
    piece = identities.remember(store, piece, names[9_000:], 3_000)
    store.commit()

    assert [name for held in identities.pieces(store, 0) for name in held] == names
    assert max(map(len, identities.pieces(store, 0))) == identities.LARGEST
    identities.forget(store, 2_500)
    store.commit()
    assert [name for held in identities.pieces(store, 0) for name in held] == names[9_000:]


def test_timestamp_ahead_of_our_own_clock__does_not_move_the_logs_clock(tmp_path: Path) -> None:
    store, now = Memory(), START + HOUR
    with Seen(tmp_path / "seen", REMEMBER) as seen:
        wrong = Record(0, (now + 365 * 24 * HOUR) // 1000, value(time=_text(now), receivedat=_text(now)))
        right = Record(1, now // 1000, value(id="b", time=_text(now), receivedat=_text(now)))
        counted = count(0, [wrong, right], store, seen, REMEMBER, now)
    assert counted is not None
    assert {cell.kind: tally.events for cell, tally in counted.cells.items()} == {"hour": 2, "minute": 1, "partner": 1}


def test_another_log__begins_anew(tmp_path: Path) -> None:
    record = Record(5, START // 1000, value())
    with Seen(tmp_path / "seen", REMEMBER) as seen:
        first = count(0, [record], Memory(), seen, REMEMBER, FAR)
        second = count(0, [record._replace(offset=9)], Memory(), seen, REMEMBER, FAR)
    assert first is not None
    assert second is not None
    assert [tally.events for tally in second.cells.values()] == [tally.events for tally in first.cells.values()]


def test_damaged_index__is_made_anew(tmp_path: Path) -> None:
    store = Memory()
    with Seen(tmp_path / "seen", REMEMBER) as seen:
        count(0, [Record(0, START // 1000, value(receivedat=_text(START)))], store, seen, REMEMBER, FAR)
        store.commit()
    for file in (tmp_path / "seen").glob("MANIFEST*"):
        file.write_bytes(b"damaged" * 100)
    with Seen(tmp_path / "seen", REMEMBER) as seen:
        again = count(0, [Record(1, START // 1000, value(receivedat=_text(START)))], store, seen, REMEMBER, FAR)
    assert again is not None
    assert {cell.kind for cell in again.cells} == {"partner"}
