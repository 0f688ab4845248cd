"""The breaker and the drainer against a Kafka that falls silent at will: nothing acknowledged is lost or overtaken."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any, cast

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st
from nacl.encoding import Base64Encoder
from nacl.public import PrivateKey

from ingestion.gateway import spool_drain
from ingestion.gateway.durable import AboveMark, DurableLog, SpoolFull
from ingestion.gateway.log import KafkaLog
from ingestion.gateway.records import Record
from ingestion.gateway.spool import Spool
from ingestion.sealing import Sealer, open_sealed
from ingestion.topics import ACCEPTED, REJECTED
from tests.unit.gateway.fake_kafka import FakeKafka

PRIVATE = PrivateKey.generate()
SEALER = Sealer(PRIVATE.public_key.encode(Base64Encoder).decode())


def record(number: int, key: str = "k", more: str = "") -> Record:
    """An accepted event as far as the log looks into it."""
    event = {"id": f"e{number}", "source": "urn:x", "type": "t.v1", "city": "ARUA", "programme": "SIM", "partner": "p",
             "receipt": "rcp_1", "more": more}  # fmt: skip
    return Record(ACCEPTED, key.encode(), json.dumps(event, ensure_ascii=False).encode())


class Rig:
    """A log on a fake Kafka and a real spool."""

    def __init__(self, folder: Path, **limits: int) -> None:
        self.kafka = FakeKafka()
        self.folder = folder
        self.limits = {"reserve": 0, **limits}
        self.log = self._new()

    def _new(self) -> DurableLog:
        log = DurableLog(cast(KafkaLog, self.kafka), Spool(self.folder, **self.limits), SEALER)
        log.start()
        return log

    async def start_again(self) -> None:
        """A new process after an orderly end."""
        await self.log.close()
        self.log = self._new()

    async def closed(self) -> None:
        """Wait until the breaker is closed again."""
        async with asyncio.timeout(10):
            while self.log.spool.breaker != "closed" or self.log._draining is not None:
                await asyncio.sleep(0.002)

    def ids(self) -> list[str]:
        """Ids in Kafka, each at its first appearance."""
        return list(dict.fromkeys(orjson.loads(each.value)["id"] for each in self.kafka.log))


@pytest.fixture(autouse=True)
def quick_probes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(spool_drain, "_PROBE_SECONDS", 0.002)


def run(folder: Path, play: Callable[[Rig], Awaitable[None]], **limits: int) -> None:
    async def main() -> None:
        rig = Rig(folder, **limits)
        try:
            await play(rig)
        finally:
            await rig.log.close()

    asyncio.run(main())


def test_healthy__the_spool_is_untouched(tmp_path: Path) -> None:
    async def play(rig: Rig) -> None:
        for number in range(50):
            assert await rig.log.write([record(number)]) == frozenset()
        assert rig.log.spool.state().spooled_total == 0

    run(tmp_path / "spool", play)
    assert not (tmp_path / "spool").exists()


def test_outage__in_order_and_the_file_is_gone_afterwards(tmp_path: Path) -> None:
    async def play(rig: Rig) -> None:
        await rig.log.write([record(0)])
        rig.kafka.silent = True
        await asyncio.gather(*(rig.log.write([record(number)]) for number in range(1, 30)))
        assert rig.log.spool.state().events == 29
        assert rig.log.spool.state().breaker == "open"
        rig.kafka.silent = False
        late = [asyncio.create_task(rig.log.write([record(number)])) for number in range(30, 60)]
        await asyncio.gather(*late)
        await rig.closed()
        assert rig.ids() == [f"e{number}" for number in range(60)]
        state = rig.log.spool.state()
        assert (state.events, state.bytes, state.spooled_total) == (0, 0, state.drained_total)
        assert not rig.log.spool.holds_file

    run(tmp_path, play)


def test_left_by_an_earlier_process__goes_before_what_is_new(tmp_path: Path) -> None:
    async def play(rig: Rig) -> None:
        rig.kafka.silent = True
        await rig.log.write([record(0), record(1)])
        rig.kafka.silent = False
        await rig.start_again()
        await rig.log.write([record(2)])
        await rig.closed()
        assert rig.ids() == ["e0", "e1", "e2"]

    run(tmp_path, play)


def test_refused_for_good__its_place_is_returned_and_its_neighbours_are_kept(tmp_path: Path) -> None:
    async def play(rig: Rig) -> None:
        records = [record(0), record(1, more="\0poison"), record(2)]
        assert b"\0poison" not in records[1].value  # JSON escapes it
        rig.kafka.poison = b"\\u0000poison"
        assert await rig.log.write(records) == {1}
        assert rig.ids() == ["e0", "e2"]
        assert rig.log.spool.breaker == "closed"

    run(tmp_path, play)


def test_refused_while_draining__goes_sealed_to_the_refused_ones(tmp_path: Path) -> None:
    async def play(rig: Rig) -> None:
        rig.kafka.poison = b"POISON"
        rig.kafka.silent = True
        bad = record(1, more="POISON")
        assert await rig.log.write([record(0), bad, record(2)]) == frozenset()
        rig.kafka.silent = False
        await rig.closed()
        assert rig.ids() == ["e0", "e1", "e2"]
        (refused,) = [orjson.loads(each.value) for each in rig.kafka.log if each.topic == REJECTED]
        named = {name: refused[name] for name in ("code", "id", "partner", "programme", "city", "receipt")}
        assert named == {
            "code": "log_refused", "id": "e1", "partner": "p", "programme": "SIM", "city": "ARUA", "receipt": "rcp_1",
        }  # fmt: skip
        assert open_sealed(PRIVATE.encode(Base64Encoder).decode(), refused["sealed"]) == bad.value

    run(tmp_path, play)


def test_refused_everywhere__stays_where_it_can_be_found(tmp_path: Path) -> None:
    async def play(rig: Rig) -> None:
        rig.kafka.poison = b"POISON"
        rig.kafka.silent = True
        await rig.log.write([Record(REJECTED, b"p", b'{"id": "e1", "x": "POISON"}'), record(2)])
        rig.kafka.silent = False
        await rig.closed()
        assert rig.ids() == ["e2"]
        assert rig.log.spool.state().put_aside == 1
        assert rig.log.spool.holds_file
        await rig.start_again()
        await rig.closed()
        assert rig.log.spool.state().put_aside == 1

    run(tmp_path, play)


def test_above_the_mark__nothing_is_promised_until_it_is_drained(tmp_path: Path) -> None:
    async def play(rig: Rig) -> None:
        rig.kafka.silent = True
        taken = 0
        while rig.log.spool.size + 1200 <= 20_000:
            await rig.log.write([record(taken, more="x" * 1000)])
            taken += 1
        assert taken > 10
        with pytest.raises(AboveMark):
            await rig.log.write([record(taken, more="x" * 1000)])
        assert rig.log.spool.size <= 20_000
        rig.kafka.silent = False
        await rig.closed()
        await rig.log.write([record(taken)])
        assert rig.ids() == [f"e{number}" for number in range(taken + 1)]

    run(tmp_path, play, max_bytes=20_000)


def test_disk_full_while_kafka_answers__events_go_past_the_spool(tmp_path: Path) -> None:
    async def play(rig: Rig) -> None:
        rig.kafka.silent = True
        await rig.log.write([record(0)])
        rig.log.spool._file._reserve = 2**62
        with pytest.raises(SpoolFull):
            await rig.log.write([record(1)])
        assert "free some space" in rig.log.spool.state().trouble
        rig.kafka.silent = False
        await rig.closed()
        assert rig.log.spool.state().trouble == ""
        await rig.log.write([record(2)])
        assert rig.ids() == ["e0", "e2"]

    run(tmp_path, play)


def test_disk_that_cannot_even_forget__drains_and_takes_new_events(tmp_path: Path) -> None:
    async def play(rig: Rig) -> None:
        rig.kafka.silent = True
        await asyncio.gather(*(rig.log.write([record(number, more="x" * 90_000)]) for number in range(9)))
        connection = rig.log.spool._file._connection
        assert connection is not None
        connection.execute("pragma query_only=1")
        rig.kafka.silent = False
        await rig.closed()
        await rig.log.write([record(9)])
        assert rig.ids() == [f"e{number}" for number in range(10)]
        assert not rig.log.spool.holds_file

    run(tmp_path, play)


STEP = st.one_of(
    st.tuples(st.just("write"), st.integers(1, 4), st.integers(0, 3)),
    st.tuples(st.sampled_from(["silent", "torn", "answers", "again", "pause"]), st.just(0), st.just(0)),
)


@given(st.lists(STEP, max_size=30))
def test_any_course_of_events__no_acknowledged_event_is_lost_or_overtaken(
    tmp_path_factory: pytest.TempPathFactory, steps: list[tuple[str, int, int]]
) -> None:
    async def play(rig: Rig) -> None:
        acknowledged: dict[str, list[str]] = {}
        number = 0
        for what, count, key in steps:
            if what == "write":
                records = [record(number + n, f"k{key}") for n in range(count)]
                number += count
                assert await rig.log.write(records) == frozenset()
                acknowledged.setdefault(f"k{key}", []).extend(f"e{n}" for n in range(number - count, number))
            elif what == "again":
                await rig.start_again()
            elif what == "pause":
                await asyncio.sleep(0.003)
            else:
                rig.kafka.silent, rig.kafka.torn = what != "answers", what == "torn"
        rig.kafka.silent = False
        await rig.closed()
        for name, ids in acknowledged.items():
            found: list[Any] = [orjson.loads(each.value)["id"] for each in rig.kafka.log if each.key == name.encode()]
            assert list(dict.fromkeys(found)) == ids

    run(tmp_path_factory.mktemp("spool"), play)
