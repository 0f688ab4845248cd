"""A canary is an event like others; it says where it is late, and nobody is told when nothing is wrong."""

from __future__ import annotations

from collections.abc import Callable

import orjson
import psycopg
import pytest

from ingestion.canary.canary import PARTNER, PROGRAMME, SOURCE, Canary
from ingestion.canary.health import judge
from ingestion.canary.key import city
from ingestion.canary.stations import NAMES, STATIONS
from ingestion.canary.walk import Walk
from ingestion.contracts.registry import contracts
from ingestion.gateway.check import Checker
from ingestion.gateway.places import read_places
from ingestion.gateway.records import Accepted
from ingestion.gateway.scope import Key

NOON = 1_790_000_000.0


def test_event__is_accepted_by_its_contract() -> None:
    event = orjson.loads(Canary(city(), NOON).body())
    key = Key("canary", PROGRAMME, PARTNER, SOURCE, cities=frozenset([city()]))
    verdict = Checker(contracts(), read_places(), {}).check(event, key)
    assert isinstance(verdict, Accepted), verdict
    assert verdict.attributes["programme"] == "OPS"


def test_canaries__take_turns_with_records_and_have_ids_of_their_own() -> None:
    some = [orjson.loads(Canary(city(), NOON + 60 * n).body()) for n in range(30)]
    assert len({each["id"] for each in some}) == 30
    assert len({each["subject"] for each in some}) == 12


def test_late__names_the_first_station_that_was_not_reached_in_time() -> None:
    canary = Canary("ADAMA", NOON)
    canary.reach("accepted", NOON + 1)
    canary.mark_late(NOON + 15)
    assert canary.late_at == ""
    canary.mark_late(NOON + 15.1)
    assert canary.late_at == "kafka"
    canary.mark_late(NOON + 500)
    assert canary.late_at == "kafka"


def test_health__nothing_is_wrong() -> None:
    assert judge(30.0, [(1.0, None)] * 4 + [(5.0, 31.0)]).sentence == ""


@pytest.mark.parametrize("station", NAMES)
def test_health__names_the_station_and_where_to_look(station: str) -> None:
    at = NAMES.index(station)
    limit = STATIONS[at].limit
    health = judge(10.0, [(1.0, None)] * at + [(1.0, limit + 1)] * (len(NAMES) - at))
    assert health.late_at == station
    assert STATIONS[at].advice in health.sentence
    assert judge(10.0, [(1.0, None)] * at + [(1.0, limit)] * (len(NAMES) - at)).late_at == ""


def test_health__publications_that_are_held_are_not_late() -> None:
    stations: list[tuple[float | None, float | None]] = [(1.0, None)] * 4 + [(None, 3000.0)]
    assert judge(10.0, stations).late_at == "published"
    assert judge(10.0, stations, watermark_moves=False).late_at == ""


@pytest.mark.parametrize("sent", [None, 151.0])
def test_health__no_canary_at_all_is_late_too(sent: float | None) -> None:
    assert judge(sent, [(1.0, None)] * 5).late_at == "canary"


class FakeKafka:
    """Finds a canary in the log as soon as the gateway has it, unless it is away."""

    def __init__(self) -> None:
        self.log: list[tuple[str, int, int]] = []
        self.reads = False

    def begin(self) -> None:
        self.reads = True

    def found(self, seconds: float) -> list[tuple[str, int, int]]:
        found, self.log = self.log, []
        return found

    def rest(self) -> None:
        self.reads = False


class FakeWarehouse:
    """Sees a canary at every station at once, unless it is away."""

    def __init__(self) -> None:
        self.kept: list[str] = []
        self.away = False

    def look(self, canary: Canary) -> None:
        if self.away:
            raise psycopg.OperationalError("away")
        if canary.place:
            for station in NAMES[2:]:
                canary.reach(station, canary.sent_at + 1)

    def keep(self, canaries: list[Canary]) -> None:
        for each in canaries:
            self.kept += [each.canary_id] if each.changed else []
            each.changed = False

    def forget_old(self) -> None:
        pass


def _walk(send: Callable[[Canary], str], kafka: FakeKafka, warehouse: FakeWarehouse) -> Walk:
    return Walk("ADAMA", send, kafka, warehouse)  # type: ignore[arg-type]


def test_walk__is_at_rest_once_the_canary_is_home() -> None:
    kafka, warehouse = FakeKafka(), FakeWarehouse()

    def send(canary: Canary) -> str:
        kafka.log.append((canary.canary_id, 0, 7))
        return ""

    walk = _walk(send, kafka, warehouse)
    walk.turn()
    assert walk.turn() > 30
    assert walk.under_way == []
    assert len(warehouse.kept) == 1
    assert not kafka.reads


def test_walk__sends_the_same_canary_again_until_the_gateway_takes_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ingestion.canary.walk._RETRY_EVERY", 0.0)
    sent: list[str] = []

    def send(canary: Canary) -> str:
        sent.append(canary.canary_id)
        return "" if len(sent) == 3 else "the gateway does not answer"

    walk = _walk(send, FakeKafka(), FakeWarehouse())
    for _ in range(5):
        walk.turn()
    assert len(sent) == 3
    assert len(set(sent)) == 1
    assert "accepted" in walk.under_way[0].seen


def test_walk__keeps_what_it_saw_until_postgres_is_back() -> None:
    kafka, warehouse = FakeKafka(), FakeWarehouse()
    warehouse.away = True
    walk = _walk(lambda canary: "", kafka, warehouse)
    walk.turn()
    walk.turn()
    assert (len(walk.under_way), warehouse.kept) == (1, [])
    warehouse.away = False
    walk.turn()
    assert len(warehouse.kept) == 1
