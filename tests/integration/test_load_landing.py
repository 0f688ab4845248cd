"""How a batch lands: by one COPY where everything is new, through a look first where something is known."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import orjson
import pytest

from infra.settings import Settings
from ingestion.loading import batch as batches
from ingestion.loading import identities, source
from tests.integration.load_rig import Rig, accepted_event, rig


@pytest.fixture
def loads(stack: Settings) -> Iterator[Rig]:
    with rig(stack, partitions=1) as made:
        yield made


@pytest.fixture
def ways(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The ways that were taken, in order."""
    taken: list[str] = []

    def noted(name: str) -> None:
        real = getattr(identities, name)

        def call(*arguments: Any) -> Any:
            answer = real(*arguments)
            taken.append(f"{name} {answer}" if isinstance(answer, bool) else name)
            return answer

        monkeypatch.setattr(identities, name, call)

    noted("enter_all")
    noted("enter_new")
    return taken


def test_all_new__lands_without_a_stage(loads: Rig, ways: list[str]) -> None:
    loads.send(*(accepted_event(f"e{n}") for n in range(50)))
    loads.load()

    assert ways == ["enter_all True"]
    assert loads.number("select count(*) from raw.event_identities") == 50


def test_one_known__is_found_and_the_next_batch_is_looked_at_first(
    loads: Rig, ways: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    loads.send(accepted_event("known"))
    loads.load()
    ways.clear()
    monkeypatch.setattr(source, "BATCH_RECORDS", 10)
    monkeypatch.setattr(source, "POLL_RECORDS", 10)
    new = [accepted_event(f"e{n}") for n in range(39)]
    loads.send(*new[:5], accepted_event("known"), *new[5:])
    loads.load()

    # The batch with it, the one after it, and again as if nothing had been.
    assert ways == ["enter_all False", "enter_new", "enter_new", "enter_all True", "enter_all True"]
    assert loads.number("select count(*) from raw.events") == 40
    assert loads.totals()["duplicates"] == loads.number("select count(*) from raw.duplicate_events") == 1


def test_refused_by_the_table__leaves_no_identity_behind(loads: Rig, ways: list[str]) -> None:
    """The ledger is filled before the table refuses a row: both must come to the same end."""
    refused = [accepted_event("day", time="2026-02-30T00:00:00Z"), accepted_event("operation", operation="explode")]
    again = accepted_event("day", time="2026-02-28T00:00:00Z")
    loads.send(*(accepted_event(f"e{n}") for n in range(20)), *refused, again, accepted_event("e3"))
    loads.load()

    assert "enter_all True" in ways, "some halves land by COPY alone"
    ledger = loads.rows("select source, id, content_hash, load_id from raw.event_identities order by id")
    assert ledger == loads.rows("select source, id, content_hash, load_id from raw.events order by id")
    assert len(ledger) == 21
    assert loads.rows("select kafka_offset from raw.events where id = 'day'") == [(22,)]
    totals = loads.totals()
    assert (totals["rows_landed"], totals["refused"], totals["duplicates"]) == (21, 2, 1)


@pytest.mark.parametrize("known", [True, False])
def test_escapes__come_through_either_way(loads: Rig, known: bool) -> None:
    odd = 'tab \t line \n back \\ quote " \\N é 数'
    if known:
        loads.send(accepted_event("known"))
    for number in range(3):
        loads.send(accepted_event(f"{number}{odd}", subject=odd, content=odd, source=odd, city=None))
    loads.send(accepted_event("0" + odd, source=odd, content="other"), accepted_event("known"))
    loads.load()

    rows = loads.rows("select id, source, subject, data ->> 'note' from raw.events where id <> 'known' order by id")
    assert rows == [(f"{number}{odd}", odd, odd, odd) for number in range(3)]
    assert loads.rows("select id, data ->> 'note' from raw.id_conflicts") == [(f"0{odd}", "other")]


def test_batch_that_fails_as_a_whole__stores_nothing(loads: Rig, monkeypatch: pytest.MonkeyPatch) -> None:
    """What comes last in the transaction takes the first with it."""
    loads.send(*(accepted_event(f"e{n}") for n in range(5)), orjson.dumps([]))

    def broken(*_: Any) -> None:
        raise OSError("no room left")

    monkeypatch.setattr(batches, "keep_refusals", broken)
    with pytest.raises(OSError, match="no room"):
        loads.load()
    monkeypatch.undo()

    assert loads.number("select count(*) from raw.event_identities") == 0
    assert loads.number("select sum(next_offset)::int from raw.load_offsets") == 0
    loads.load()
    assert loads.totals()["rows_landed"] == 5
