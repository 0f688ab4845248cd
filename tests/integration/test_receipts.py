"""From the answer of the gateway to the published figure: what a receipt says on the way."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import psycopg
import pytest

from infra.settings import Settings
from ingestion.gateway.receipt_ids import ReceiptIds
from tests.gateways import RunningGateway, run_gateway
from tests.integration.test_gateway import BATCH, Partner
from tests.support import ScratchDatabase, scratch_database, wait_for

MakeKey = Callable[..., str]
Get = Callable[..., httpx.Response]


@pytest.fixture(scope="module")
def gateway(stack: Settings, tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningGateway]:
    with run_gateway(stack, tmp_path_factory.mktemp("gateway")) as running:
        yield running


@pytest.fixture
def partner() -> Partner:
    return Partner()


def _post(gateway: RunningGateway, key: str, events: list[Any]) -> httpx.Response:
    headers = {"X-API-Key": key, "Content-Type": BATCH}
    return httpx.post(f"{gateway.url}/v1/events", json=events, headers=headers, timeout=30)


def _get(gateway: RunningGateway, key: str, path: str, **headers: str) -> httpx.Response:
    return httpx.get(f"{gateway.url}{path}", headers={"X-API-Key": key, **headers}, timeout=30)


def test_receipt__follows_events_until_they_are_published(
    gateway: RunningGateway, make_key: MakeKey, partner: Partner
) -> None:
    key = make_key(**partner.scope())
    first = _post(gateway, key, [partner.event(0)])
    good = [partner.event(number) for number in (1, 2, 3)]
    reused = partner.event(0, subject="another record")
    answer = _post(
        gateway, key, [good[0], partner.event(0), good[1], reused, {**good[2], "type": "no.such.v1"}, good[2]]
    )
    assert answer.status_code == 202
    assert answer.headers["Location"] == f"/v1/receipts/{answer.json()['receipt']}"

    def settled() -> dict[str, Any] | None:
        body: dict[str, Any] = _get(gateway, key, answer.headers["Location"]).json()
        assert body["events"] == sum(body["counts"].values()) == 6
        return body if not {"accepted", "landed"} & set(body["counts"]) else None

    body = wait_for(settled, 180, "every event to be published or refused", every=1)
    assert body["counts"] == {"published": 3, "duplicate": 1, "rejected": 2}
    stands = {result["index"]: (result["status"], result.get("code")) for result in body["results"]}
    assert stands == {
        0: ("published", None),
        1: ("duplicate", None),
        2: ("published", None),
        3: ("rejected", "id_reused"),
        4: ("rejected", "unknown_type"),
        5: ("published", None),
    }
    assert "operation correct" in body["results"][3]["detail"]
    assert body["publication"]["id"] > 0
    assert set(body["meanings"]) == {"published", "duplicate", "rejected"}
    only = _get(gateway, key, f"{answer.headers['Location']}?state=rejected&limit=1").json()
    assert [result["index"] for result in only["results"]] == [3]
    following = _get(gateway, key, only["next"]).json()
    assert [result["index"] for result in following["results"]] == [4]
    assert following["next"] is None
    assert _get(gateway, key, first.headers["Location"]).json()["counts"] == {"published": 1}


def test_all_refused__has_a_receipt_too(gateway: RunningGateway, make_key: MakeKey, partner: Partner) -> None:
    key = make_key(**partner.scope())
    answer = _post(gateway, key, [partner.event(0, data={})])
    assert answer.status_code == 422
    assert answer.headers["Location"] == f"/v1/receipts/{answer.json()['receipt']}"
    body = _get(gateway, key, answer.headers["Location"]).json()
    assert body["counts"] == {"rejected": 1}


def test_strangers__find_nothing(gateway: RunningGateway, make_key: MakeKey, partner: Partner) -> None:
    key, other = make_key(**partner.scope()), make_key(**Partner().scope())
    location = _post(gateway, key, [partner.event(0)]).headers["Location"]
    colleague = make_key(**partner.scope())
    assert _get(gateway, colleague, location).status_code == 200
    theirs, invented = _get(gateway, other, location), _get(gateway, other, "/v1/receipts/rcp_no_such")
    assert (theirs.status_code, invented.status_code) == (404, 404)
    assert theirs.json() == invented.json(), "nothing tells a receipt of others from one that does not exist"
    mark = location.removeprefix("/v1/receipts/")[:26]
    assert _get(gateway, other, f"/v1/receipts/{mark}").status_code == 404
    assert httpx.get(f"{gateway.url}{location}").status_code == 401
    assert _get(gateway, key, f"{location}?limit=0").json()["code"] == "invalid_parameters"


def test_database_away__the_receipt_itself_answers(
    stack: Settings, make_key: MakeKey, partner: Partner, tmp_path: Path
) -> None:
    """Its keys come from the last good copy."""
    key = make_key(**partner.scope())
    with run_gateway(stack, tmp_path) as running:
        location = _post(running, key, [partner.event(0), partner.event(0), {}]).headers["Location"]
    nowhere = {"CORRIDOR_POSTGRES_ADMIN_URL": "postgresql://nobody:nothing@127.0.0.1:1/postgres"}
    with run_gateway(stack, tmp_path, env=nowhere) as running:
        answer = _get(running, key, location, **{"Accept-Language": "es"})
        assert answer.status_code == 200
        body = answer.json()
        assert (body["events"], body["details"], body["results"]) == (3, "unavailable", [])
        assert body["counts"] == {"accepted": 1, "duplicate": 1, "rejected": 1}
        assert body["note"].startswith("La base de datos no responde")
        mark = _get(running, key, location[: len("/v1/receipts/") + 26])
        assert (mark.status_code, mark.json()["code"]) == (503, "database_unavailable")
        assert mark.headers["Retry-After"]


@pytest.fixture(scope="module")
def scratch(stack: Settings) -> Iterator[ScratchDatabase]:
    with scratch_database(stack) as made:
        yield made


@pytest.fixture(scope="module")
def quiet(scratch: ScratchDatabase, tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningGateway]:
    """A gateway on a database that nobody loads into: what it holds is what a test put there."""
    with run_gateway(scratch.settings, tmp_path_factory.mktemp("quiet")) as running:
        yield running


def _fill(owner: psycopg.Connection, partner: str, mark: str, events: int, *, load_id: int, city: str = "ARUA") -> None:
    owner.execute(
        "insert into raw.events (source, id, type, subject, programme, city, operation, record_version, time_precision,"
        " occurred_at, received_at, partner, content_hash, data, topic, kafka_partition, kafka_offset, load_id,"
        " receipt, receipt_index) select 'urn:x', %(mark)s || n, 't', 's', 'SIM', %(city)s, 'create', 1, 'second',"
        " now(), now(), %(partner)s, '', '{}', 't', 0, n, %(load_id)s, %(mark)s, n"
        " from generate_series(0, %(events)s - 1) as n",
        {"partner": partner, "mark": mark, "events": events, "load_id": load_id, "city": city},
    )


def _key(scratch: ScratchDatabase, partner: Partner) -> str:
    from ingestion.keys import create_key

    return create_key(scratch.dsn("owner"), **partner.scope())


def test_large_receipt__is_read_page_by_page(scratch: ScratchDatabase, quiet: RunningGateway, partner: Partner) -> None:
    key, ids = _key(scratch, partner), ReceiptIds(scratch.settings.secret("receipt_key"))
    mark = ids.mark()
    with psycopg.connect(scratch.dsn("owner"), autocommit=True) as owner:
        _fill(owner, partner.name, mark, 2_400, load_id=1)
    path = f"/v1/receipts/{ids.sign(mark, partner.name, 2_500)}?limit=1000"
    seen: list[tuple[int, str]] = []
    while path:
        body = _get(quiet, key, path).json()
        assert body["counts"] == {"accepted": 100, "landed": 2_400}
        seen += [(result["index"], result["status"]) for result in body["results"]]
        path = body["next"]
    assert seen == [(index, "landed" if index < 2_400 else "accepted") for index in range(2_500)]


def test_held_city__is_named_with_the_reason(scratch: ScratchDatabase, quiet: RunningGateway, partner: Partner) -> None:
    key, ids = _key(scratch, partner), ReceiptIds(scratch.settings.secret("receipt_key"))
    before, after = ids.mark(), ids.mark()
    reason = f"twice as many as ever {secrets.token_hex(4)}"
    with psycopg.connect(scratch.dsn("owner"), autocommit=True) as owner:
        _fill(owner, partner.name, before, 1, load_id=4, city="LIRA")
        _fill(owner, partner.name, after, 1, load_id=5, city="LIRA")
        owner.execute(
            "insert into ops.city_gate (programme, city, state, admitted_to_load, reason)"
            " values ('SIM', 'LIRA', 'held', 4, %s)",
            [reason],
        )
    (admitted,) = _get(quiet, key, f"/v1/receipts/{ids.sign(before, partner.name, 1)}").json()["results"]
    assert admitted["status"] == "landed"
    (held,) = _get(quiet, key, f"/v1/receipts/{ids.sign(after, partner.name, 1)}").json()["results"]
    assert held["status"] == "held"
    assert "LIRA" in held["detail"]
    assert reason in held["detail"]


def test_record_that_kafka_holds_twice__is_no_duplicate(
    scratch: ScratchDatabase, quiet: RunningGateway, partner: Partner
) -> None:
    key, ids = _key(scratch, partner), ReceiptIds(scratch.settings.secret("receipt_key"))
    mark = ids.mark()
    with psycopg.connect(scratch.dsn("owner"), autocommit=True) as owner:
        _fill(owner, partner.name, mark, 1, load_id=1)
        owner.execute(
            "insert into raw.duplicate_events (topic, kafka_partition, kafka_offset, source, id, partner, receipt,"
            " receipt_index, load_id) values ('t', 9, 9, 'urn:x', 'e', %s, %s, 0, 1)",
            [partner.name, mark],
        )
    assert _get(quiet, key, f"/v1/receipts/{ids.sign(mark, partner.name, 1)}").json()["counts"] == {"landed": 1}
    assert _get(quiet, key, f"/v1/receipts/{mark}").json()["events"] is None


def test_gateway_login__sees_no_raw_tables(scratch: ScratchDatabase) -> None:
    with psycopg.connect(scratch.dsn("gateway"), autocommit=True) as login:
        login.execute("select status from ops.v_receipt_events limit 1")
        for table in ("events", "duplicate_events", "rejected_events", "id_conflicts"):
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                login.execute(f"select 1 from raw.{table}".encode())
