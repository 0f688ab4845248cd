"""Refused events are mended and sent again: by the sender's scope, once, with a trail that holds no value."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator
from typing import Any

import orjson
import pytest

from infra.settings import Settings
from ingestion.keys import create_key, revoke_key
from ingestion.rejects import RejectsError, list_rejects
from ingestion.replaying.patch import Patch, set_value
from ingestion.replaying.rejection import Which
from ingestion.replaying.replay import Errand, Replayed, replay
from ingestion.sealing import Sealer
from tests.integration.load_rig import Rig, rig

PREFIX = "urn:test:loads"


@pytest.fixture(scope="module")
def desk(stack: Settings) -> Iterator[Rig]:
    with rig(stack, partitions=2) as made:
        yield made


@pytest.fixture(scope="module")
def key_id(desk: Rig) -> str:
    key = create_key(desk.settings.dsn("owner"), programme="SIM", partner="test", source_prefix=PREFIX, cities=["ARUA"])
    key_id = key.split("_")[1]
    assert revoke_key(desk.settings.dsn("owner"), key_id)  # the scope stays what it was
    return key_id


def _person(id_: str, **data: Any) -> dict[str, Any]:
    return {
        "specversion": "1.0", "id": id_, "source": f"{PREFIX}/desk", "type": "person.registered.v1",
        "subject": f"s-{id_}", "time": "2026-03-01T10:00:00+03:00", "programme": "SIM", "city": "ARUA",
        "data": {"person_id": f"AR-{sum(id_.encode()):06d}", "sex": "F", "age_band": "18-24", "status": "idp",
                 "registration_type": "new", **data},
    }  # fmt: skip


def _refuse(desk: Rig, event: Any, key_id: str | None, **row: Any) -> int:
    body = event if isinstance(event, bytes) else orjson.dumps(event)
    sealed = base64.b64decode(Sealer(desk.settings.secret("sealing_public")).seal(body))
    values = {
        "received_at": "2026-03-01T07:00:01Z", "partner": "test", "programme": "SIM", "key_id": key_id,
        "type": "person.registered.v1", "code": "schema_violation", "pointer": "/data/sex", "sealed": sealed,
        "receipt": "rcp_1", "receipt_index": 4, "rejected_by": "gateway", "topic": "t", "kafka_partition": 0,
        "load_id": 1, **row,
    }  # fmt: skip
    names = ", ".join(values)
    places = ", ".join(["%s"] * len(values))
    found = desk.owner.execute(
        f"insert into raw.rejected_events ({names}, kafka_offset) select {places}, count(*) from raw.rejected_events"
        " returning rejection_id",
        list(values.values()),
    ).fetchone()
    assert found is not None
    return int(found[0])


def _replay(desk: Rig, *numbers: int, put: str = "", send: bool = True, **which: Any) -> list[Replayed]:
    patch = Patch((set_value(put),) if put else ())
    errand = Errand(Which(numbers, **which), patch, "eng", "partner asks", send)
    return list(replay(desk.settings, errand, desk.accepted))


def _trail(desk: Rig, number: int) -> list[tuple[str, list[str]]]:
    return desk.rows(
        "select outcome, patched from ops.v_reject_replays where rejection_id = %s order by replay_id", number
    )


def test_fix__shows_what_would_become_of_it_and_stores_nothing(desk: Rig, key_id: str) -> None:
    number = _refuse(desk, _person("shown"), key_id)
    (as_sent,) = _replay(desk, number, send=False)
    assert (as_sent.outcome, as_sent.code, as_sent.pointer) == ("refused", "schema_violation", "/data/sex")
    (changed,) = _replay(desk, number, put="/data/sex=female", send=False)
    assert changed.outcome == "ready"
    assert _trail(desk, number) == []
    opened = desk.rows("select opened_by, reason from ops.v_reject_openings where rejection_id = %s", number)
    assert opened == [("eng", "partner asks")] * 2


def test_replay__with_a_patch_lands_once_with_its_receipt_and_leaves_a_trail(desk: Rig, key_id: str) -> None:
    number = _refuse(desk, _person("mended"), key_id)
    (sent,) = _replay(desk, number, put="/data/sex=female")
    assert sent.outcome == "sent"
    (again,) = _replay(desk, number, put="/data/sex=female")
    assert (again.outcome, again.place) == ("done", sent.place)
    desk.load()
    row = desk.rows(
        "select receipt, receipt_index, partner, data, received_at = '2026-03-01T07:00:01Z',"
        " topic || '/' || kafka_partition || '/' || kafka_offset from raw.events where id = 'mended'"
    )
    ((receipt, index, partner, data, same_time, place),) = row
    assert (receipt, index, partner, same_time, place) == ("rcp_1", 4, "test", True, sent.place)
    assert data["sex"] == "female"
    assert "person_token" in data
    assert "person_id" not in data
    assert _trail(desk, number) == [("sent", ["/data/sex"])]
    assert "female" not in json.dumps(desk.rows("select to_jsonb(r) from ops.reject_replays as r"))
    (listed,) = [each for each in list_rejects(desk.settings.dsn("owner")) if each.rejection_id == number]
    assert listed.replayed == "sent"


def test_replay__of_what_was_sent_right_meanwhile_is_known(desk: Rig, key_id: str) -> None:
    first, second = _refuse(desk, _person("twice"), key_id), _refuse(desk, _person("twice"), key_id)
    sent, known = _replay(desk, first, second, put="/data/sex=male")
    assert (sent.outcome, known.outcome) == ("sent", "known")
    desk.load()
    third = _refuse(desk, _person("twice"), key_id)
    assert _replay(desk, third, put="/data/sex=male")[0].outcome == "known"
    (other,) = _replay(desk, _refuse(desk, _person("twice"), key_id), put="/data/sex=female")
    assert (other.outcome, other.code) == ("refused", "id_reused")
    assert desk.number("select count(*)::int from raw.events where id = 'twice'") == 1
    assert desk.number("select count(*)::int from raw.duplicate_events") == 0


def test_replay__keeps_to_the_scope_of_the_key(desk: Rig, key_id: str) -> None:
    number = _refuse(desk, _person("elsewhere", sex="male") | {"city": "JINJA"}, key_id)
    (refused,) = _replay(desk, number)
    assert (refused.outcome, refused.code) == ("refused", "out_of_scope")
    assert _trail(desk, number) == [("refused", [])]
    (stranger,) = _replay(desk, _refuse(desk, _person("stranger", sex="male"), "00000000"))
    assert stranger.code == "no_scope"


def test_replay__by_choice_takes_what_still_waits(desk: Rig, key_id: str) -> None:
    choice: dict[str, Any] = {"code": "contract_was_wrong", "partner": "test"}
    numbers = [_refuse(desk, _person(f"w{n}", sex="male"), key_id, code="contract_was_wrong") for n in range(3)]
    assert [each.outcome for each in _replay(desk, numbers[0])] == ["sent"]
    assert [(each.rejection_id, each.outcome) for each in _replay(desk, **choice)] == [
        (numbers[1], "sent"), (numbers[2], "sent")
    ]  # fmt: skip
    assert _replay(desk, **choice) == []


def test_replay__of_what_the_loader_refused(desk: Rig, key_id: str) -> None:
    accepted = _person("loaded") | {
        "partner": "test", "contenthash": "00", "receivedat": "2026-03-01T07:00:00Z", "receipt": None,
        "operation": "create", "recordversion": 1, "timeprecision": "second",
        "data": {"person_token": f"tok1_k1_{'a' * 43}", "sex": "male", "age_band": "18-24", "status": "idp",
                 "registration_type": "new"},
    }  # fmt: skip
    number = _refuse(desk, accepted, None, rejected_by="loader", code="refused_by_database", receipt=None)
    (sent,) = _replay(desk, number)
    assert sent.outcome == "sent", sent
    desk.load()
    assert desk.rows("select receipt from raw.events where id = 'loaded'") == [(None,)]


def test_replay__of_a_refused_event_that_the_loader_could_not_land(desk: Rig, key_id: str) -> None:
    inner = Sealer(desk.settings.secret("sealing_public")).seal(orjson.dumps(_person("within", sex="male")))
    outer = {"receivedat": "2026-03-01T07:00:00Z", "code": "schema_violation", "keyid": key_id, "sealed": inner}
    number = _refuse(desk, outer, None, rejected_by="loader", code="refused_by_database")
    assert _replay(desk, number)[0].outcome == "sent"


@pytest.mark.parametrize(("body", "code"), [(b"{", "invalid_json"), (b"[1]", "invalid_envelope")])
def test_replay__of_what_is_no_event_says_so(desk: Rig, key_id: str, body: bytes, code: str) -> None:
    (refused,) = _replay(desk, _refuse(desk, body, key_id))
    assert (refused.outcome, refused.code) == ("refused", code)


def test_replay__without_reason_or_choice_is_refused(desk: Rig) -> None:
    with pytest.raises(RejectsError, match="Say which"):
        _replay(desk)
    with pytest.raises(RejectsError, match="--reason"):
        list(replay(desk.settings, Errand(Which((1,)), Patch(), "eng", "", True)))
    assert _replay(desk, 999_999)[0].code == "unknown"
