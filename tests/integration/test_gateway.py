"""Events posted to the running gateway, and what then stands in Kafka."""

from __future__ import annotations

import copy
import json
import secrets
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import psycopg
import pytest

from infra.settings import Settings
from ingestion.contracts.registry import contracts
from ingestion.keys import KeyRefused, list_keys, revoke_key
from ingestion.sealing import open_sealed
from ingestion.topics import ACCEPTED, REJECTED
from tests.integration.log_tail import LogTail
from tests.support import wait_for

MakeKey = Callable[..., str]
ONE = "application/cloudevents+json"
BATCH = "application/cloudevents-batch+json"


class Partner:
    """A partner of this test alone: its name, source prefix, and events."""

    def __init__(self) -> None:
        self.name = f"test-gateway-{secrets.token_hex(5)}"
        self.prefix = f"urn:{self.name}:"

    def event(self, number: int = 0, type: str = "person.registered.v1", **changes: Any) -> dict[str, Any]:
        """A valid event of the programme SIM whose ids belong to this partner."""
        path = contracts()[type].folder / "minimal.pass.json"
        event: dict[str, Any] = copy.deepcopy(json.loads(path.read_text(encoding="utf-8"))["event"])
        event |= {"id": f"{self.name}-{number}", "source": f"{self.prefix}desk", "subject": f"record-{number}"}
        return {**event, "programme": "SIM", **changes}

    def scope(self, **changes: Any) -> dict[str, Any]:
        """Arguments of make_key."""
        return {"programme": "SIM", "partner": self.name, "source_prefix": self.prefix, **changes}


@pytest.fixture
def partner() -> Partner:
    return Partner()


@pytest.fixture
def accepted(stack: Settings) -> Iterator[LogTail]:
    tail = LogTail(stack.kafka_bootstrap, ACCEPTED)
    yield tail
    tail.close()


@pytest.fixture
def rejected(stack: Settings) -> Iterator[LogTail]:
    tail = LogTail(stack.kafka_bootstrap, REJECTED)
    yield tail
    tail.close()


def _post(url: str, key: str, body: Any, kind: str = ONE, **headers: str) -> httpx.Response:
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    return httpx.post(
        f"{url}/v1/events", content=content, headers={"X-API-Key": key, "Content-Type": kind, **headers}, timeout=30
    )


def test_single_event__is_in_kafka_with_a_token(
    gateway_url: str, make_key: MakeKey, partner: Partner, accepted: LogTail
) -> None:
    event = partner.event(data={**partner.event()["data"], "person_id": f"ID {partner.name}"})
    response = _post(gateway_url, make_key(**partner.scope()), event)
    assert response.status_code == 202
    result = {"index": 0, "id": event["id"], "status": "accepted"}
    body = response.json()
    assert (body["accepted"], body["duplicates"], body["rejected"], body["results"]) == (1, 0, 0, [result])
    assert response.headers["location"] == f"/v1/receipts/{body['receipt']}"
    (record,) = accepted.wait(1, partner=partner.name)
    assert record["data"]["person_token"].startswith("tok1_k1_")
    assert "person_id" not in record["data"]
    assert f"{record['city']}|{record['subject']}".encode() in accepted.keys
    assert not any(f"ID {partner.name}".encode() in raw for raw in accepted.raw)


def test_same_person__same_token_in_a_city_and_another_elsewhere(
    gateway_url: str, make_key: MakeKey, partner: Partner, accepted: LogTail
) -> None:
    data = partner.event()["data"]
    spelled = [("ADAMA", "AB 12"), ("ADAMA", " ab  12 "), ("ARUA", "AB 12")]
    events = [
        partner.event(number, city=city, data={**data, "person_id": plain})
        for number, (city, plain) in enumerate(spelled)
    ]
    assert _post(gateway_url, make_key(**partner.scope()), events, BATCH).json()["accepted"] == 3
    records = {record["id"]: record["data"]["person_token"] for record in accepted.wait(3, partner=partner.name)}
    first, retyped, elsewhere = (records[event["id"]] for event in events)
    assert first == retyped
    assert first != elsewhere


def test_mixed_batch__each_event_has_its_answer_and_the_refused_are_sealed(
    gateway_url: str, stack: Settings, make_key: MakeKey, partner: Partner, accepted: LogTail, rejected: LogTail
) -> None:
    plain = f"ID-{secrets.token_hex(6)}"
    data = {**partner.event()["data"], "person_id": plain}
    events: list[Any] = [
        partner.event(0, data=data),
        partner.event(1, data={**data, "sex": "F"}),
        partner.event(2, programme="CM"),
        partner.event(3, type="person.registered.v1", source="urn:somebody-else:"),
        {**partner.event(4), "type": "person.renamed.v1"},
        partner.event(5, data={**data, plain: "a field named like a person"}),
        partner.event(6, id=plain, data=data),
        "not an event",
        partner.event(8, data=data),
        partner.event(9, source=f"{partner.prefix}{plain}", data=data),
    ]
    raws = [json.dumps(event, indent=1).encode() for event in events]
    response = _post(gateway_url, make_key(**partner.scope()), b"[" + b" ,\n".join(raws) + b"]", BATCH)
    assert response.status_code == 202
    answer = response.json()
    assert (answer["accepted"], answer["rejected"]) == (2, 8)
    codes = {r["index"]: (r["code"], r["pointer"]) for r in answer["results"] if r["status"] == "rejected"}
    assert codes == {
        1: ("schema_violation", "/data/sex"),
        2: ("out_of_scope", "/programme"),
        3: ("out_of_scope", "/source"),
        4: ("unknown_type", "/type"),
        5: ("schema_violation", f"/data/{plain}"),
        6: ("plain_identifier", "/id"),
        7: ("invalid_envelope", ""),
        9: ("plain_identifier", "/source"),
    }
    assert {record["id"] for record in accepted.wait(2, partner=partner.name)} == {events[0]["id"], events[8]["id"]}
    records = rejected.wait(8, partner=partner.name)
    opened = [open_sealed(stack.secret("sealing_private"), record["sealed"]) for record in records]
    assert sorted(opened) == sorted(raws[index] for index in codes)
    assert not any(plain.encode() in raw for raw in accepted.raw + rejected.raw)
    assert {record["id"] for record in records} == {events[n]["id"] for n in (1, 2, 3, 4, 5)} | {None}


@pytest.mark.parametrize(
    ("changes", "status", "code"),
    [
        ({"programme": "CM"}, 403, "out_of_scope"),
        ({"data": {}}, 422, "schema_violation"),
        ({"type": "person.renamed.v1"}, 422, "unknown_type"),
    ],
)
def test_nothing_accepted__answers_with_a_problem_and_results(
    gateway_url: str, make_key: MakeKey, partner: Partner, rejected: LogTail,
    changes: dict[str, Any], status: int, code: str,
) -> None:  # fmt: skip
    response = _post(gateway_url, make_key(**partner.scope()), {**partner.event(), **changes})
    body = response.json()
    assert (response.status_code, body["code"], body["rejected"]) == (status, code, 1)
    assert response.headers["content-type"] == "application/problem+json"
    (record,) = rejected.wait(1, partner=partner.name)
    assert (record["code"], record["programme"], record["id"]) == (code, "SIM", body["results"][0]["id"])


def test_cm_and_sim__never_mix(gateway_url: str, make_key: MakeKey, partner: Partner) -> None:
    cm = make_key(**partner.scope(programme="CM"))
    assert _post(gateway_url, cm, partner.event(programme="SIM")).status_code == 403
    assert _post(gateway_url, make_key(**partner.scope()), partner.event(programme="CM")).status_code == 403


def test_key_of_one_city__writes_for_that_city(
    gateway_url: str, make_key: MakeKey, partner: Partner, accepted: LogTail
) -> None:
    key = make_key(**partner.scope(cities=["JINJA"]))
    event = partner.event()
    del event["city"]
    assert _post(gateway_url, key, event).status_code == 202
    assert accepted.wait(1, partner=partner.name)[0]["city"] == "JINJA"
    assert _post(gateway_url, key, partner.event(1, city="ARUA")).status_code == 403


def test_body_that_is_no_json__is_refused_and_kept_sealed(
    gateway_url: str, stack: Settings, make_key: MakeKey, partner: Partner, rejected: LogTail
) -> None:
    body = b'{"specversion": NaN}'
    response = _post(gateway_url, make_key(**partner.scope()), body)
    assert (response.status_code, response.json()["code"]) == (400, "invalid_json")
    (record,) = rejected.wait(1, partner=partner.name)
    assert open_sealed(stack.secret("sealing_private"), record["sealed"]) == body
    assert record["id"] is None


def test_binary_mode__attributes_in_headers(
    gateway_url: str, make_key: MakeKey, partner: Partner, accepted: LogTail
) -> None:
    event = partner.event(subject="dossier-\u00e9t\u00e9")
    data = event.pop("data")
    headers = {f"ce-{name}": str(value).replace("\u00e9", "%C3%A9") for name, value in event.items()}
    response = _post(gateway_url, make_key(**partner.scope()), data, "application/json", **headers)
    assert response.status_code == 202, response.text
    assert accepted.wait(1, partner=partner.name)[0]["subject"] == "dossier-\u00e9t\u00e9"


def test_key__as_bearer_token_and_at_once(gateway_url: str, make_key: MakeKey, partner: Partner) -> None:
    key = make_key(**partner.scope())
    headers = {"Authorization": f"Bearer {key}", "Content-Type": ONE}
    response = httpx.post(f"{gateway_url}/v1/events", content=json.dumps(partner.event()), headers=headers)
    assert response.status_code == 202


def test_revoked_key__is_refused_within_seconds(
    gateway_url: str, stack: Settings, make_key: MakeKey, partner: Partner
) -> None:
    key = make_key(**partner.scope())
    assert _post(gateway_url, key, partner.event()).status_code == 202
    assert revoke_key(stack.dsn("owner"), key.split("_")[1])
    wait_for(lambda: _post(gateway_url, key, partner.event()).status_code == 401, 6, "the key to be refused")
    assert not revoke_key(stack.dsn("owner"), key.split("_")[1])


def test_expired_key__is_refused(gateway_url: str, make_key: MakeKey, partner: Partner) -> None:
    over = make_key(**partner.scope(expires_at=datetime.now(UTC) - timedelta(seconds=1)))
    assert _post(gateway_url, over, partner.event()).json()["code"] == "key_invalid"


def test_key__is_stored_as_a_hash_only(
    stack: Settings, make_key: MakeKey, owner: psycopg.Connection, partner: Partner
) -> None:
    key = make_key(**partner.scope())
    row = owner.execute("select row_to_json(k)::text from ops.api_keys k where partner = %s", [partner.name]).fetchone()
    assert row is not None
    assert key.split("_", 2)[2] not in row[0]
    shown = [each for each in list_keys(stack.dsn("owner")) if each.partner == partner.name]
    assert [(each.key_id, each.state) for each in shown] == [(key.split("_")[1], "active")]


def test_source_prefix__of_another_partner_is_taken(make_key: MakeKey, partner: Partner) -> None:
    make_key(**partner.scope())
    for prefix in (partner.prefix, f"{partner.prefix}x", partner.prefix[:-3]):
        with pytest.raises(KeyRefused, match=partner.name):
            make_key(**Partner().scope(source_prefix=prefix))
    make_key(**partner.scope(programme="CM"))


def test_log_file__holds_no_key_and_no_identifier(
    gateway_url: str, stack: Settings, make_key: MakeKey, partner: Partner
) -> None:
    key, plain = make_key(**partner.scope()), f"ID-{secrets.token_hex(6)}"
    for sex in ("female", plain):
        _post(gateway_url, key, partner.event(data={**partner.event()["data"], "person_id": plain, "sex": sex}))
    _post(gateway_url, f"{key}x", b"{")
    log = stack.home / "logs" / "gateway.log"
    assert log.exists(), f"{log} is where the supervisor keeps the gateway's log"
    text = log.read_text(encoding="utf-8", errors="replace")
    assert plain not in text
    assert key[12:] not in text


def test_health__is_ready(gateway_url: str) -> None:
    ready = httpx.get(f"{gateway_url}/v1/health/ready")
    assert (ready.status_code, ready.json()["checks"]) == (200, {"keys": True, "kafka": True, "spool": True})
