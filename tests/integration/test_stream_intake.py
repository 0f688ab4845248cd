"""Partners' own producers: what they may do at the broker, and what becomes of each record they write."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from confluent_kafka import Consumer, KafkaException, Producer, TopicPartition
from confluent_kafka.admin import AdminClient, NewTopic

from infra.settings import Settings
from ingestion.intake_partners import Connection, revoke_partner, rotate_password
from ingestion.partner_client.corridor_client import seal
from ingestion.sealing import open_sealed
from ingestion.streaming.intake.lag import intake_lag
from ingestion.tokens import make_token, read_keyring
from ingestion.topics import ACCEPTED, REJECTED
from tests.intakes import IntakeRig, intake_rig, producer
from tests.support import wait_for

TYPE = "person.registered.v1"


@pytest.fixture(scope="module")
def rig(stack: Settings, tmp_path_factory: pytest.TempPathFactory) -> Iterator[IntakeRig]:
    """One broker for all tests, each with partners of its own; one process of the stream runs."""
    with intake_rig(stack, tmp_path_factory.mktemp("intake")) as made:
        made.start()
        yield made


def event(partner: str, number: int, **data: Any) -> dict[str, Any]:
    """A registration; its person is given in `data`."""
    return {
        "specversion": "1.0", "id": f"{partner}-{number}", "source": f"urn:{partner}:desk", "type": TYPE,
        "subject": f"record-{number}", "time": "2026-03-02T09:15:00+03:00", "city": "ADAMA",
        "data": {"sex": "female", "age_band": "25-34", "status": "idp", "registration_type": "new", **data},
    }  # fmt: skip


def token(number: int) -> str:
    """Some token as a city with a key of its own makes it."""
    return f"tok1_k1_{number:043}"


def write(made: Connection, *records: Any, key: str | None = None) -> None:
    """Produce in this order to one partition; each is an event, bytes, None, or (value, headers)."""
    to = producer(made)
    failed: list[Any] = []
    for record in records:
        value, headers = record if isinstance(record, tuple) else (record, None)
        value = json.dumps(value).encode() if isinstance(value, dict) else value
        more = {"headers": headers} if headers else {}
        to.produce(made.topic, value, key=key, partition=0, on_delivery=lambda error, _: failed.append(error), **more)
    assert to.flush(20) == 0
    assert not any(failed), failed


def of(partner: str, records: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Those of one partner."""
    return [record for record in records if record["partner"] == partner]


def routed(rig: IntakeRig, partner: str, number: int) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """Accepted and rejected of a partner, as soon as they are so many together."""

    def look() -> tuple[list[dict[str, Any]], list[dict[str, Any]]] | None:
        found = of(partner, rig.committed(ACCEPTED)), of(partner, rig.committed(REJECTED))
        return found if len(found[0]) + len(found[1]) >= number else None

    return wait_for(look, 40, f"{number} records of {partner}; log: {rig.log()[-1500:]}", every=0.5)


def test_sealed_and_token__are_accepted_as_by_the_gateway(rig: IntakeRig) -> None:
    made = rig.add("north")
    sealed = event("north", 1, person_id=seal("  AD-000123 ", made.public_key))
    attributes = event("north", 2, person_token=token(2))
    data = json.dumps(attributes.pop("data")).encode()
    binary = data, [(f"ce_{name}", value.encode()) for name, value in attributes.items()]

    write(made, sealed, binary, key="AD-000123")
    accepted, rejected = routed(rig, "north", 2)

    assert rejected == []
    key = read_keyring(rig.settings.home / "secrets" / "city_keys.json")["ADAMA"]
    tokens = {each["id"]: each["data"]["person_token"] for each in accepted}
    assert tokens == {"north-1": make_token(key, "person", "ad-000123"), "north-2": token(2)}
    one = accepted[0]
    assert (one["programme"], one["city"], one["operation"]) == ("SIM", "ADAMA", "create")
    assert one["receivedat"].endswith("Z")
    # Neither the partner's key nor its headers go on.
    assert {key for key, _ in rig.read(ACCEPTED) if key and b"record-" in key} >= {b"ADAMA|record-1", b"ADAMA|record-2"}


def test_plain_and_broken__are_refused_with_a_reason_and_the_stream_goes_on(rig: IntakeRig) -> None:
    made = rig.add("south", cities=["ADAMA"])
    plain = event("south", 1, person_id="AD-777")
    refused = {
        "plain_identifier": plain,
        "sealed_identifier": event("south", 2, person_id="sealed:1:AAAA"),
        "out_of_scope": {**event("south", 3, person_token=token(3)), "source": "urn:other:desk"},
        "unknown_type": {**event("south", 4), "type": "person.renamed.v1"},
        "schema_violation": event("south", 5, person_token=token(5), sex="X"),
        "event_too_large": event("south", 6, desk="x" * 300_000),
        "invalid_json": b'{"person_id": "AD-778',
        "invalid_envelope": b"[1]",
    }
    odd: list[Any] = [None, b"", b"\xff\xfe", b"null", (b"{}", [("ce_specversion", b"\xff")]), (b"{}", [("a", None)])]

    write(made, *refused.values(), *odd, event("south", 7, person_token=token(7)))
    accepted, rejected = routed(rig, "south", len(refused) + len(odd) + 1)

    assert [each["id"] for each in accepted] == ["south-7"]
    assert set(refused) <= {each["code"] for each in rejected}
    assert "not_judged" not in {each["code"] for each in rejected}
    by_place = {each["intakeplace"]: each for each in rejected}
    assert set(by_place) == {f"{made.topic}/0/{offset}" for offset in range(len(refused) + len(odd))}
    told = by_place[f"{made.topic}/0/0"]
    assert (told["code"], told["programme"], told["keyid"]) == ("plain_identifier", "SIM", "intake-south")
    assert told["pointer"] == "/data/person_id"
    assert b"AD-777" not in b"".join(value for _, value in rig.read(REJECTED))
    assert json.loads(open_sealed(rig.settings.secret("sealing_private"), told["sealed"])) == plain


def test_taken_over__is_deleted_from_the_topic(rig: IntakeRig) -> None:
    made = rig.add("west")
    write(made, event("west", 1, person_id="AD-9"), event("west", 2, person_token=token(2)))
    routed(rig, "west", 2)

    wait_for(lambda: not rig.read(made.topic), 15, "the topic to be emptied")
    lag = wait_for(
        lambda: next(
            (each for each in intake_lag(rig.settings) if each.last_taken_at and each.partner == "west"), None
        ),
        15,
        "the heartbeat",
    )
    assert (lag.waiting, lag.state, lag.topic) == (0, "ok", made.topic)


def test_partner_may_write_to_its_topic_and_do_nothing_else(rig: IntakeRig) -> None:
    made, other = rig.add("east"), rig.add("east-b")
    settings = {
        "bootstrap.servers": made.bootstrap, "security.protocol": made.protocol, "sasl.mechanism": made.mechanism,
        "sasl.username": made.user, "sasl.password": made.password,
    }  # fmt: skip
    to = producer(made)
    for topic in (other.topic, ACCEPTED, REJECTED, "__consumer_offsets", "corridor.intake.mine.v1"):
        assert _error_of(to, topic) in ("TOPIC_AUTHORIZATION_FAILED", "_UNKNOWN_TOPIC", "UNKNOWN_TOPIC_OR_PART")
    reader = Consumer({**settings, "group.id": "mine"})
    reader.assign([TopicPartition(made.topic, 0, 0)])
    refusals: set[str] = set()
    while "TOPIC_AUTHORIZATION_FAILED" not in refusals:
        message = reader.poll(10)
        assert message is not None
        assert message.error() is not None, "it could read"
        refusals.add(message.error().name())
    reader.close()
    admin = AdminClient(settings)
    assert set(admin.list_topics(timeout=10).topics) == {made.topic}
    with pytest.raises(KafkaException, match="AUTHORIZATION"):
        admin.create_topics([NewTopic("corridor.intake.mine.v1", 1)])["corridor.intake.mine.v1"].result(10)
    with pytest.raises(KafkaException, match="AUTHORIZATION"):
        admin.delete_topics([made.topic])[made.topic].result(10)
    with pytest.raises(KafkaException, match="AUTHORIZATION"):
        next(iter(admin.delete_records([TopicPartition(made.topic, 0, 0)]).values())).result(10)
    # The listener of the stack's own processes knows no passwords, and this one lets nobody in without.
    for wrong in (
        {**settings, "bootstrap.servers": rig.bootstrap},
        {"bootstrap.servers": made.bootstrap},
        {**settings, "sasl.password": "x" * 43},
        {**settings, "sasl.username": other.user},
    ):
        with pytest.raises(KafkaException):
            AdminClient({**wrong, "log_level": 0}).list_topics(timeout=2)


def _error_of(to: Producer, topic: str) -> str:
    found: list[str] = []
    to.produce(topic, b"{}", on_delivery=lambda error, _: found.append("" if error is None else error.name()))
    to.flush(10)
    return found[0]


def test_revoked_and_rotated(rig: IntakeRig) -> None:
    made = rig.add("coast")
    open_since_before = producer(made)
    write(made, event("coast", 1, person_token=token(1)))
    assert _error_of(open_since_before, made.topic) == ""

    fresh = rotate_password(rig.settings, "coast")
    with pytest.raises(KafkaException):
        AdminClient(_signing_in(made)).list_topics(timeout=2)
    assert _error_of(producer(fresh), made.topic) == ""

    assert revoke_partner(rig.settings, "coast") is True
    assert revoke_partner(rig.settings, "coast") is False
    assert "AUTHORIZATION" in _error_of(open_since_before, made.topic)
    accepted, rejected = routed(rig, "coast", 3)
    assert (len(accepted), len(rejected)) == (1, 2)

    again = rig.add("coast")
    assert _error_of(producer(again), made.topic) == ""


def _signing_in(made: Connection) -> dict[str, Any]:
    return {
        "bootstrap.servers": made.bootstrap, "security.protocol": made.protocol, "sasl.mechanism": made.mechanism,
        "sasl.username": made.user, "sasl.password": made.password, "log_level": 0,
    }  # fmt: skip


def test_killed_and_rescaled__each_record_is_routed_once(stack: Settings, tmp_path: Path) -> None:
    with intake_rig(stack, tmp_path) as rig:
        made = rig.add("many", partitions=4)
        rig.start("0")
        to = producer(made, **{"linger.ms": 5})
        written = 0

        def send(number: int) -> None:
            nonlocal written
            for each in range(written, written + number):
                person = {"person_id": f"AD-{each}"} if each % 50 == 0 else {"person_token": token(each)}
                to.produce(made.topic, json.dumps(event("many", each, **person)).encode(), key=str(each))
            written += number
            assert to.flush(20) == 0

        send(3_000)
        wait_for(lambda: len(rig.read(ACCEPTED)) > 100, 40, "the first member to route")
        send(3_000)
        rig.processes[0].kill()
        rig.processes.pop(0).wait()
        rig.start("0")
        rig.start("1")
        send(3_000)
        accepted, rejected = rig.answers(written)
        wait_for(lambda: "the intake reads" in rig.log("1"), 20, "the second member")
        send(2_000)
        accepted, rejected = rig.answers(written)
        wait_for(lambda: _shares(rig, made.topic) == 2, 15, "two members with a share each")
        codes = rig.stop()

    assert codes == [0, 0]
    ids = Counter(each["id"] for each in accepted) + Counter(each["intakeplace"] for each in rejected)
    assert set(ids.values()) == {1}
    assert len(accepted) == written - written // 50
    assert Counter(each["code"] for each in rejected) == {"plain_identifier": written // 50}


def _shares(rig: IntakeRig, topic: str) -> int:
    """How many members read partitions of the topic."""
    admin = AdminClient({"bootstrap.servers": rig.bootstrap})
    group = admin.describe_consumer_groups(["corridor-stream-intake"])["corridor-stream-intake"].result(10)
    return sum(bool(member.assignment.topic_partitions) for member in group.members)


def test_postgres_away__scopes_come_from_the_copy(rig: IntakeRig) -> None:
    made = rig.add("desert")
    write(made, event("desert", 1, person_token=token(1)))
    routed(rig, "desert", 1)
    rig.stop()

    rig.start(env={"CORRIDOR_POSTGRES_ADMIN_URL": "postgresql://postgres:x@127.0.0.1:1/postgres"})
    write(made, event("desert", 2, person_token=token(2)))
    accepted, _ = routed(rig, "desert", 2)

    assert {each["id"] for each in accepted} == {"desert-1", "desert-2"}
    wait_for(lambda: not rig.read(made.topic), 15, "the topic to be emptied all the same")
    rig.stop()
    rig.start()
    assert "partners from=copy" in rig.log()


def test_command__adds_lists_and_revokes(rig: IntakeRig) -> None:
    variables = {
        **os.environ, **rig.settings.env, "CORRIDOR_HOME": str(rig.settings.home),
        "CORRIDOR_PORT_BASE": str(rig.settings.port_base),
    }  # fmt: skip

    def corridor(*arguments: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "infra.cli", "partners", *arguments]
        return subprocess.run(command, env=variables, capture_output=True, text=True, timeout=60)

    scope = ("--programme", "SIM", "--partner", "hill", "--source-prefix", "urn:hill:")
    made = corridor("add", *scope, "--cities", "ADAMA")
    assert made.returncode == 0, made.stderr
    told = dict(line.split("=", 1) for line in made.stdout.splitlines())
    assert told["topic"] == "corridor.intake.hill.v1"
    assert told["sasl.username"] == "intake-hill"
    again = corridor("add", *scope)
    assert (again.returncode, "has a producer already" in again.stderr) == (1, True)
    overlap = corridor("add", "--programme", "SIM", "--partner", "h", "--source-prefix", "urn:hill:x")
    assert "overlaps" in overlap.stderr
    assert "hill" in corridor("list").stdout
    assert corridor("revoke", "hill").returncode == 0
    assert "was revoked" in corridor("rotate", "hill").stderr
