"""Real faults under a real gateway process: what it answered with 202 is in Kafka in the end."""

from __future__ import annotations

import json
import os
import random
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import orjson
import pytest
from confluent_kafka.admin import AdminClient, AlterConfigOpType, ConfigEntry, ConfigResource, ResourceType

from infra.settings import Settings
from ingestion.contracts.registry import contracts
from ingestion.topics import ACCEPTED, REJECTED
from tests.faults import OwnBroker, own_broker, silent_address
from tests.gateways import RunningGateway, free_port, run_gateway, start_gateway, stop_gateway
from tests.integration.pushing import Pusher, read_topic
from tests.integration.test_gateway import BATCH, Partner
from tests.support import wait_for

MakeKey = Callable[..., str]


@pytest.fixture(scope="module")
def broker(stack: Settings, tmp_path_factory: pytest.TempPathFactory) -> Iterator[OwnBroker]:
    with own_broker(stack, tmp_path_factory.mktemp("broker")) as made:
        yield made


@pytest.fixture
def partner() -> Partner:
    return Partner()


@pytest.fixture
def key(make_key: MakeKey, partner: Partner) -> str:
    return make_key(**partner.scope(), requests_per_second=1e6, events_per_second=1e6)


def _env(bootstrap: str, **more: str) -> dict[str, str]:
    return {"CORRIDOR_KAFKA_BOOTSTRAP": bootstrap, "CORRIDOR_KAFKA_PATIENCE_SECONDS": "0.5", **more}


def _spool(gateway: RunningGateway) -> dict[str, Any]:
    state: dict[str, Any] = httpx.get(f"{gateway.url}/v1/health/ready", timeout=10).json()["spool"]
    return state


def _wait_until_closed(gateway: RunningGateway, seconds: float = 60) -> None:
    wait_for(lambda: _spool(gateway)["breaker"] == "closed", seconds, "the spool to be drained")


def _assert_all_in_kafka(broker: OwnBroker, pusher: Pusher) -> None:
    found = {record["id"] for record in read_topic(broker.bootstrap, ACCEPTED)}
    lost = pusher.acknowledged - found
    assert not lost, f"{len(lost)} of {len(pusher.acknowledged)} acknowledged events are not in Kafka"


def _hang(broker: OwnBroker) -> None:
    broker.pause()


def _wake(broker: OwnBroker) -> None:
    broker.resume()


def _die(broker: OwnBroker) -> None:
    broker.kill()


def _rise(broker: OwnBroker) -> None:
    broker.start()


def _vanish(broker: OwnBroker) -> None:
    broker.proxy.set("blackhole")


def _refuse(broker: OwnBroker) -> None:
    broker.proxy.set("refuse")


def _slow(broker: OwnBroker) -> None:
    broker.proxy.set("slow", 2.0)


def _mend(broker: OwnBroker) -> None:
    broker.proxy.set("pass")


OUTAGES = {
    "hangs": (_hang, _wake),
    "dies": (_die, _rise),
    "network swallows": (_vanish, _mend),
    "network refuses": (_refuse, _mend),
    "slow": (_slow, _mend),
}


@pytest.mark.parametrize("fault", list(OUTAGES))
def test_kafka_fails_under_load__every_request_is_taken_and_arrives(
    stack: Settings, broker: OwnBroker, key: str, partner: Partner, tmp_path: Path, fault: str
) -> None:
    begin, end = OUTAGES[fault]
    with run_gateway(stack, tmp_path, env=_env(broker.bootstrap)) as gateway:
        # A broker that has just risen may be slow for its first producer.
        wait_for(lambda: _post(gateway.url, key, [partner.event(10**6)]).status_code == 202, 30, "a first answer")
        _wait_until_closed(gateway)
        healthy = _spool(gateway)["spooled_total"]
        pusher = Pusher(gateway.url, key, partner).start()
        try:
            wait_for(lambda: pusher.answers() > 20, 30, "the first answers")
            assert _spool(gateway)["spooled_total"] == healthy, "the spool is used while Kafka answers"
            assert not (tmp_path / "spool" / "spool.sqlite").exists()
            begin(broker)
            try:
                wait_for(lambda: _spool(gateway)["spooled_total"] > 500, 60, "events in the spool")
            finally:
                end(broker)
            _wait_until_closed(gateway)
            more = pusher.answers() + 20
            wait_for(lambda: pusher.answers() > more, 30, "answers after the outage")
        finally:
            pusher.stop()
        _wait_until_closed(gateway)
        assert set(pusher.statuses) == {202}, pusher.statuses
        assert not (tmp_path / "spool" / "spool.sqlite").exists()
    _assert_all_in_kafka(broker, pusher)


def test_gateway_killed_three_times_in_an_outage__nothing_acknowledged_is_lost(
    stack: Settings, broker: OwnBroker, key: str, partner: Partner, tmp_path: Path
) -> None:
    chance, port = random.Random(4), free_port()
    gateway = start_gateway(stack, tmp_path, port=port, env=_env(broker.bootstrap))
    pusher = Pusher(gateway.url, key, partner).start()
    try:
        for fault in (None, "network swallows", None):
            if fault:
                OUTAGES[fault][0](broker)
            goal = pusher.answers() + chance.randrange(20, 120)
            wait_for(lambda goal=goal: pusher.answers() > goal, 60, "answers", every=0.01)  # type: ignore[misc]
            gateway.kill()
            gateway = start_gateway(stack, tmp_path, port=port, env=_env(broker.bootstrap))
            _mend(broker)
        goal = pusher.answers() + 50
        wait_for(lambda: pusher.answers() > goal, 60, "answers after the last kill")
        pusher.stop()
        _wait_until_closed(gateway)
    finally:
        _mend(broker)
        stop_gateway(gateway)
    _assert_all_in_kafka(broker, pusher)


def test_address_that_never_answers__events_are_taken_and_a_later_gateway_brings_them(
    stack: Settings, broker: OwnBroker, key: str, partner: Partner, tmp_path: Path
) -> None:
    with silent_address() as nowhere, run_gateway(stack, tmp_path, env=_env(nowhere)) as gateway:
        pusher = Pusher(gateway.url, key, partner).start()
        wait_for(lambda: pusher.answers() > 20, 30, "answers")
        pusher.stop()
    assert set(pusher.statuses) == {202}
    with run_gateway(stack, tmp_path, env=_env(broker.bootstrap)) as gateway:
        _wait_until_closed(gateway)
    _assert_all_in_kafka(broker, pusher)


def test_above_the_mark__503_and_then_everything_as_before(
    stack: Settings, broker: OwnBroker, key: str, partner: Partner, tmp_path: Path
) -> None:
    with run_gateway(stack, tmp_path, env=_env(broker.bootstrap, CORRIDOR_SPOOL_MAX_MB="0.5")) as gateway:
        broker.pause()
        pusher = Pusher(gateway.url, key, partner).start()
        try:
            wait_for(lambda: pusher.answers(503) > 5, 60, "the mark")
        finally:
            broker.resume()
        pusher.stop()
        assert set(pusher.codes) == {"spool_above_mark"}
        _wait_until_closed(gateway)
        assert _post(gateway.url, key, [partner.event(10**6)]).status_code == 202
    _assert_all_in_kafka(broker, pusher)


def test_kafka_refuses_one_record_of_a_batch__the_others_are_kept(
    stack: Settings, broker: OwnBroker, key: str, partner: Partner, tmp_path: Path
) -> None:
    def batch(first: int) -> list[dict[str, Any]]:
        events = [partner.event(first + n) for n in range(5)]
        events[2] |= {"type": "result.reported.v1", "city": "ADAMA", "data": long}
        return events

    words = contracts()["result.reported.v1"].folder / "words-only.pass.json"
    long = json.loads(words.read_text(encoding="utf-8"))["event"]["data"]
    long |= {"place": {"level": "city", "code": "ADAMA"}, "note": "more and more " * 100}

    env = _env(broker.bootstrap, CORRIDOR_KAFKA_PATIENCE_SECONDS="2")
    with run_gateway(stack, tmp_path, env=env) as gateway, _topic_limit(broker, ACCEPTED, 1500):
        answer = _post(gateway.url, key, batch(0))
        told = [(each["status"], each.get("code")) for each in answer.json()["results"]]
        assert told == [("accepted", None)] * 2 + [("rejected", "log_refused")] + [("accepted", None)] * 2
        assert _spool(gateway)["breaker"] == "closed"
        broker.proxy.set("blackhole")
        assert _post(gateway.url, key, batch(10)).json()["accepted"] == 5
        broker.proxy.set("pass")
        _wait_until_closed(gateway)
    ids = {record["id"] for record in read_topic(broker.bootstrap, ACCEPTED)}
    assert {f"{partner.name}-{n}" for n in (0, 1, 3, 4, 10, 11, 13, 14)} == {i for i in ids if partner.name in i}
    refused = [record for record in read_topic(broker.bootstrap, REJECTED) if record["partner"] == partner.name]
    kept = {(record["code"], record["id"]) for record in refused}
    assert kept == {("log_refused", f"{partner.name}-2"), ("log_refused", f"{partner.name}-12")}


def test_disk_full__507_then_it_recovers_by_itself(
    stack: Settings, broker: OwnBroker, key: str, partner: Partner, tmp_path: Path
) -> None:
    folder = tmp_path / "small"
    with _small_disk(folder / "spool", 4), run_gateway(
        stack, folder, env=_env(broker.bootstrap, CORRIDOR_SPOOL_RESERVE_MB="0.001")
    ) as gateway:  # fmt: skip
        filler = folder / "spool" / "filler"
        filler.write_bytes(b"x" * 2**21)
        broker.proxy.set("blackhole")
        pusher = Pusher(gateway.url, key, partner).start()
        try:
            wait_for(lambda: pusher.answers(507) > 5, 60, "a full disk")
            _fill(folder / "spool" / "rest")
            before = pusher.answers(507)
            wait_for(lambda: pusher.answers(507) > before, 60, "507 with not a byte left")
            filler.unlink()
            taken = pusher.answers()
            wait_for(lambda: pusher.answers() > taken, 60, "room for more")
            wait_for(lambda: pusher.answers(507) > before + 20, 60, "a full disk again")
        finally:
            broker.proxy.set("pass")
        _wait_until_closed(gateway)
        pusher.stop()
        assert set(pusher.statuses) == {202, 507}, pusher.statuses
        _wait_until_closed(gateway)
    _assert_all_in_kafka(broker, pusher)


def test_disk_full_at_start__507_then_it_recovers_by_itself(
    stack: Settings, key: str, partner: Partner, tmp_path: Path
) -> None:
    folder = tmp_path / "small"
    with _small_disk(folder / "spool", 1), silent_address() as nowhere:
        _fill(folder / "spool" / "rest")
        with run_gateway(stack, folder, env=_env(nowhere, CORRIDOR_SPOOL_RESERVE_MB="0.001")) as gateway:
            answer = _post(gateway.url, key, [partner.event()])
            assert (answer.status_code, answer.json()["code"]) == (507, "spool_full")
            (folder / "spool" / "rest").unlink()
            assert _post(gateway.url, key, [partner.event()]).status_code == 202


def test_folder_nobody_can_write__503_until_kafka_answers(
    stack: Settings, broker: OwnBroker, key: str, partner: Partner, tmp_path: Path
) -> None:
    broker.proxy.set("blackhole")
    try:
        with _small_disk(tmp_path / "spool", 1, "ro"), run_gateway(
            stack, tmp_path, env=_env(broker.bootstrap)
        ) as gateway:  # fmt: skip
            answer = _post(gateway.url, key, [partner.event()])
            assert (answer.status_code, answer.json()["code"]) == (503, "log_unavailable")
            assert httpx.get(f"{gateway.url}/v1/health/ready", timeout=10).status_code == 503
            assert "cannot be used" in gateway.log()
            broker.proxy.set("pass")
            wait_for(
                lambda: _post(gateway.url, key, [partner.event()]).status_code == 202, 30, "Kafka to be used again"
            )
    finally:
        broker.proxy.set("pass")


def test_postgres_away_at_start__keys_come_from_the_copy(
    stack: Settings, broker: OwnBroker, key: str, partner: Partner, tmp_path: Path
) -> None:
    with run_gateway(stack, tmp_path, env=_env(broker.bootstrap)) as gateway:
        assert _post(gateway.url, key, [partner.event(1)]).status_code == 202
    away = _env(
        broker.bootstrap,
        CORRIDOR_POSTGRES_ADMIN_URL="postgresql://nobody:nothing@127.0.0.1:1/postgres",
        CORRIDOR_SECRET_PG_CORRIDOR_GATEWAY="nothing",
    )
    with run_gateway(stack, tmp_path, env=away) as gateway:
        assert _post(gateway.url, key, [partner.event(2)]).status_code == 202
        assert _post(gateway.url, key[:-2] + "AA", [partner.event(2)]).status_code == 401


def _post(url: str, key: str, events: list[dict[str, Any]]) -> httpx.Response:
    headers = {"X-API-Key": key, "Content-Type": BATCH}
    return httpx.post(f"{url}/v1/events", content=orjson.dumps(events), headers=headers, timeout=30)


@contextmanager
def _topic_limit(broker: OwnBroker, topic: str, limit: int) -> Iterator[None]:
    """Records above `limit` bytes are refused by the broker."""
    admin = AdminClient({"bootstrap.servers": broker.bootstrap})

    def change(operation: AlterConfigOpType) -> None:
        entry = ConfigEntry("max.message.bytes", str(limit), incremental_operation=operation)
        resource = ConfigResource(ResourceType.TOPIC, topic, incremental_configs=[entry])
        for future in admin.incremental_alter_configs([resource]).values():
            future.result(20)

    change(AlterConfigOpType.SET)
    try:
        yield
    finally:
        change(AlterConfigOpType.DELETE)


@contextmanager
def _small_disk(folder: Path, megabytes: int, *options: str) -> Iterator[None]:
    """A file system of its own at `folder`; only root can make one."""
    if os.geteuid() != 0:
        pytest.skip("NOT TESTED: a full or read-only disk needs root, to mount a file system of a megabyte")
    folder.mkdir(parents=True)
    mounted = ",".join((f"size={megabytes}m", *options))
    done = subprocess.run(["mount", "-t", "tmpfs", "-o", mounted, "tmpfs", folder], capture_output=True, text=True)
    if done.returncode:
        pytest.skip(f"NOT TESTED: a full or read-only disk needs the right to mount one ({done.stderr.strip()})")
    try:
        yield
    finally:
        subprocess.run(["umount", "-l", folder], check=True)


def _fill(path: Path) -> None:
    """Leave not a byte on the disk of `path`."""
    with path.open("ab", buffering=0) as file:
        for size in (65536, 1):
            try:
                while True:
                    file.write(b"x" * size)
            except OSError:
                continue
