"""The answers that need no broker: a request that is wrong as a whole."""

from __future__ import annotations

import asyncio
import gzip
import json
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import httpx
import pytest
import zstandard

from infra.settings import Settings
from ingestion.contracts.registry import contracts
from tests.unit.gateway.in_process import (
    API_KEY,
    BATCH,
    ONE,
    gateway_of,
    leave_key_copy,
    running,
    settings_without_servers,
)

Make = Callable[..., dict[str, Any]]


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("stack")


@pytest.fixture(scope="module")
def settings(home: Path) -> Settings:
    made = settings_without_servers(home)
    leave_key_copy(home)
    return made


def _ask(settings: Settings, method: str, path: str, **request: Any) -> httpx.Response:
    async def ask() -> httpx.Response:
        async with running(settings) as client:
            return await client.request(method, path, **request)

    return asyncio.run(ask())


def _post(settings: Settings, **request: Any) -> httpx.Response:
    return _ask(settings, "POST", "/v1/events", **request)


def _is_problem(response: httpx.Response, status: int, code: str) -> None:
    body = response.json()
    assert (response.status_code, body["code"]) == (status, code)
    assert response.headers["content-type"] == "application/problem+json"
    assert body["status"] == status
    assert body["type"] == f"urn:corridor:problem:{code}"
    assert body["title"]
    assert body["detail"]


@pytest.mark.parametrize(
    ("headers", "code"),
    [
        ({}, "key_missing"),
        ({"Authorization": "Basic eA=="}, "key_missing"),
        ({"X-API-Key": ""}, "key_invalid"),
        ({"X-API-Key": "guess"}, "key_invalid"),
        ({"X-API-Key": f"{API_KEY[:-1]}B"}, "key_invalid"),
        ({"Authorization": f"Bearer {API_KEY[:-1]}B"}, "key_invalid"),
    ],
)
def test_key__missing_or_wrong(settings: Settings, headers: dict[str, str], code: str) -> None:
    response = _post(settings, headers=headers, content=b"{}")
    _is_problem(response, 401, code)
    assert response.headers["www-authenticate"] == "Bearer"


def test_keys_that_were_never_read__promise_nothing(tmp_path: Path) -> None:
    response = _post(settings_without_servers(tmp_path), headers=ONE, content=b"{}")
    _is_problem(response, 503, "keys_unavailable")
    assert int(response.headers["retry-after"]) > 0


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE", "OPTIONS", "HEAD"])
def test_method__only_post(settings: Settings, method: str) -> None:
    response = _ask(settings, method, "/v1/events", headers=ONE)
    assert response.status_code == 405
    assert response.headers["allow"] == "POST"


@pytest.mark.parametrize("kind", ["text/csv", "application/json", "application/cloudevents+json; charset=utf-16"])
def test_content_type__of_something_else(settings: Settings, kind: str) -> None:
    response = _post(settings, headers={**ONE, "Content-Type": kind}, content=b"{}")
    _is_problem(response, 415, "unsupported_media_type")


@pytest.mark.parametrize("encoding", ["br", "deflate", "gzip, gzip", "zstd,identity", "gzip;q=1"])
def test_content_encoding__unknown_or_stacked(settings: Settings, encoding: str) -> None:
    response = _post(settings, headers={**BATCH, "Content-Encoding": encoding}, content=b"[]")
    _is_problem(response, 415, "unsupported_encoding")
    assert response.headers["accept-encoding"] == "gzip, zstd, identity"


def test_content_encoding__in_two_headers_is_stacked(settings: Settings) -> None:
    headers = [*BATCH.items(), ("Content-Encoding", "identity"), ("Content-Encoding", "gzip")]
    _is_problem(_post(settings, headers=headers, content=b"[]"), 415, "unsupported_encoding")


@pytest.mark.parametrize(("encoding", "pack"), [("gzip", gzip.compress), ("zstd", zstandard.compress)])
def test_content_encoding__is_unpacked(settings: Settings, encoding: str, pack: Callable[[bytes], bytes]) -> None:
    headers = {**BATCH, "Content-Encoding": encoding}
    assert _post(settings, headers=headers, content=pack(b"[]")).json()["results"] == []
    bomb = _post(settings, headers=headers, content=pack(b" " * (8 * 1024 * 1024 + 1)))
    _is_problem(bomb, 413, "inflated_too_large")
    _is_problem(_post(settings, headers=headers, content=b"[]"), 400, "invalid_encoding")


def test_body__without_a_length(settings: Settings) -> None:
    async def ask() -> dict[str, Any]:
        answers: list[dict[str, Any]] = []

        async def send(message: Any) -> None:
            answers.append(dict(message))

        async with gateway_of(settings) as gateway:
            headers = [(name.lower().encode(), value.encode()) for name, value in ONE.items()]
            scope = {"type": "http", "method": "POST", "path": "/v1/events", "headers": headers, "query_string": b""}
            await gateway(scope, None, send)  # type: ignore[arg-type]
        return answers[0]

    assert asyncio.run(ask())["status"] == 411


def test_body__over_the_limit_as_announced(settings: Settings) -> None:
    _is_problem(_post(settings, headers=BATCH, content=b" " * (4 * 1024 * 1024 + 1)), 413, "body_too_large")


def test_body__over_the_limit_without_saying_so(settings: Settings) -> None:
    async def parts() -> AsyncIterator[bytes]:
        for _ in range(70):
            yield b" " * 65_536

    _is_problem(_post(settings, headers=BATCH, content=parts()), 413, "body_too_large")


def test_event__over_the_limit(settings: Settings) -> None:
    _is_problem(_post(settings, headers=ONE, content=b" " * (256 * 1024 + 1)), 413, "event_too_large")


def test_batch__of_too_many(settings: Settings) -> None:
    _is_problem(_post(settings, headers=BATCH, content=json.dumps([1] * 1001)), 413, "too_many_events")


def test_validate__answers_alike_and_says_that_nothing_is_stored(settings: Settings) -> None:
    def ask(**request: Any) -> httpx.Response:
        return _ask(settings, "POST", "/v1/validate", **request)

    refused = ask(headers=BATCH, content=b'[{}, "x"]')
    assert refused.status_code == 200
    body = refused.json()
    assert (body["stored"], body["accepted"], body["rejected"]) == (False, 0, 2)
    assert {result["code"] for result in body["results"]} == {"invalid_envelope"}
    _is_problem(ask(headers=ONE, content=b"{"), 400, "invalid_json")
    assert ask(headers=ONE, content=b"{").json()["stored"] is False
    _is_problem(ask(content=b"{}"), 401, "key_missing")
    _is_problem(_ask(settings, "GET", "/v1/validate", headers=ONE), 405, "method_not_allowed")


def test_empty_batch__is_nothing_to_store(settings: Settings) -> None:
    response = _post(settings, headers=BATCH, content=b"[]")
    assert response.status_code == 202
    body = response.json()
    assert (body["accepted"], body["rejected"], body["results"]) == (0, 0, [])


def test_pages__that_do_not_exist(settings: Settings) -> None:
    _is_problem(_ask(settings, "GET", "/v1/nothing"), 404, "not_found")
    _is_problem(_ask(settings, "POST", "/docs"), 405, "method_not_allowed")


def test_head__is_get_without_a_body_and_options_tells_the_methods(settings: Settings) -> None:
    assert _ask(settings, "HEAD", "/v1/health/live").status_code == 200
    options = _ask(settings, "OPTIONS", "/v1/health/live")
    _is_problem(options, 405, "method_not_allowed")
    assert options.headers["allow"] == "GET"


def test_page_that_fails__is_a_problem_and_no_traceback(settings: Settings, caplog: pytest.LogCaptureFixture) -> None:
    async def ask() -> httpx.Response:
        async with gateway_of(settings) as gateway:
            broken: dict[str, bool] = {}
            gateway.log.is_reachable = lambda: broken["a secret"]  # type: ignore[method-assign]
            transport = httpx.ASGITransport(app=gateway)
            async with httpx.AsyncClient(transport=transport, base_url="http://gateway") as client:
                return await client.get("/v1/health/ready", headers={"Accept-Language": "fr"})

    response = asyncio.run(ask())
    _is_problem(response, 500, "internal_error")
    assert response.json()["title"] == "La passerelle a échoué"
    assert "a secret" not in caplog.text
    assert "KeyError" in caplog.text


def test_docs_and_openapi__come_from_the_contracts(settings: Settings) -> None:
    page = _ask(settings, "GET", "/docs")
    assert "proposal.funded.v1" in page.text
    assert "<script" not in page.text
    document = _ask(settings, "GET", "/openapi.json").json()
    assert len(document["components"]["schemas"]["event"]["oneOf"]) == len(contracts())
    for path in ("/v1/events", "/v1/validate"):
        kinds = document["paths"][path]["post"]["requestBody"]["content"]["application/cloudevents+json"]
        assert kinds["schema"] == {"$ref": "#/components/schemas/event"}


def test_rates__of_a_key(settings: Settings) -> None:
    slow = {"CORRIDOR_GATEWAY_REQUESTS_PER_SECOND": "0.01", "CORRIDOR_GATEWAY_EVENTS_PER_SECOND": "0.01"}

    async def ask(path: str, events: int, times: int) -> list[httpx.Response]:
        async with running(settings, env=slow) as client:
            body = json.dumps([1] * events)
            return [await client.post(path, headers=BATCH, content=body) for _ in range(times)]

    *fine, last = asyncio.run(ask("/v1/validate", 0, 21))
    assert {response.status_code for response in fine} == {200}
    _is_problem(last, 429, "too_many_requests")
    assert last.headers["retry-after"] == "100"
    whole, one_more = asyncio.run(ask("/v1/validate", 1000, 2))
    assert whole.status_code == 200
    _is_problem(one_more, 429, "too_many_events_a_second")
    assert "0.01 events a second" in one_more.json()["detail"]


def test_failures__of_one_address_do_not_shut_others_out(settings: Settings) -> None:
    async def ask() -> tuple[list[httpx.Response], httpx.Response, str]:
        async with running(settings) as client:
            wrong = [await client.post("/v1/events", content=b"") for _ in range(25)]
            right = await client.post("/v1/events", headers=BATCH, content=b"[]")
            return wrong, right, (await client.get("/metrics")).text

    wrong, right, metrics = asyncio.run(ask())
    assert [response.status_code for response in wrong] == [401] * 20 + [429] * 5
    _is_problem(wrong[-1], 429, "too_many_failures")
    assert int(wrong[-1].headers["retry-after"]) >= 1
    assert right.status_code == 202
    assert 'corridor_gateway_requests_limited_total{code="too_many_failures"} 5' in metrics
    assert 'corridor_gateway_authentication_failures_total{code="key_missing"} 25' in metrics


def test_metrics__count_requests_by_status(settings: Settings) -> None:
    async def ask() -> str:
        async with running(settings) as client:
            await client.post("/v1/events")
            return (await client.get("/metrics")).text

    text = asyncio.run(ask())
    assert 'corridor_gateway_requests_total{status="401"} 1' in text
    assert 'corridor_gateway_request_seconds_bucket{le="+Inf"} 1' in text
