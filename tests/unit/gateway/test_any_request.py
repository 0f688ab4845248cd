"""Whatever arrives is answered: never with a fault of the gateway, and always with a result or a problem."""

from __future__ import annotations

import asyncio
import gzip
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import orjson
import pytest
import zstandard
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.unit.gateway.in_process import API_KEY, gateway_of, leave_key_copy, settings_without_servers

Ask = Callable[[dict[bytes, bytes], bytes], httpx.Response]

ATTRIBUTES = ("specversion", "id", "source", "type", "time", "subject", "data", "city", "operation", "recordversion")
LEAVES = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8) | st.just("person.registered.v1")
EVENTS = st.dictionaries(
    st.sampled_from(ATTRIBUTES) | st.text(max_size=5),
    st.recursive(LEAVES, lambda inner: st.lists(inner) | st.dictionaries(st.text(max_size=4), inner), max_leaves=5),
)
BODIES = st.binary(max_size=200) | st.lists(EVENTS, max_size=4).map(
    lambda events: orjson.dumps(events, option=orjson.OPT_NON_STR_KEYS) if _fits(events) else b"[]"
)
KINDS = st.sampled_from(
    [b"application/cloudevents+json", b"application/cloudevents-batch+json", b"application/json", b"text/plain", b""]
)
PACKED: list[tuple[bytes, Callable[[bytes], bytes]]] = [
    (b"", bytes), (b"gzip", gzip.compress), (b"zstd", zstandard.compress), (b"gzip", bytes), (b"zstd", bytes),
]  # fmt: skip


def _fits(events: Any) -> bool:
    try:
        orjson.dumps(events)
    except TypeError:  # an integer of more than 64 bits, or half a character
        return False
    return True


@pytest.fixture(scope="module")
def ask(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ask]:
    home: Path = tmp_path_factory.mktemp("stack")
    stack = settings_without_servers(home)
    leave_key_copy(home)
    generous = {"CORRIDOR_GATEWAY_REQUESTS_PER_SECOND": "1e9", "CORRIDOR_GATEWAY_EVENTS_PER_SECOND": "1e9"}
    with asyncio.Runner() as runner:
        running = gateway_of(stack, env=generous)
        gateway = runner.run(running.__aenter__())
        client = httpx.AsyncClient(transport=httpx.ASGITransport(app=gateway), base_url="http://gateway")
        yield lambda headers, body: runner.run(client.post("/v1/validate", headers=list(headers.items()), content=body))
        runner.run(running.__aexit__(None, None, None))


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    body=BODIES,
    kind=KINDS,
    packed=st.sampled_from(PACKED),
    extra=st.dictionaries(
        st.sampled_from([b"ce-specversion", b"ce-id", b"ce-type", b"ce-data", b"accept-language", b"content-encoding"]),
        st.binary(max_size=12).filter(lambda value: not set(value) & set(b"\r\n\0")),
    ),
)
def test_any_request__is_answered(
    ask: Ask, body: bytes, kind: bytes, packed: tuple[bytes, Callable[[bytes], bytes]], extra: dict[bytes, bytes]
) -> None:
    encoding, pack = packed
    headers = {b"x-api-key": API_KEY.encode(), b"content-type": kind, **extra}
    if encoding:
        headers[b"content-encoding"] = encoding
    response = ask(headers, pack(body))
    answer = response.json()
    if response.status_code == 200:
        assert answer["accepted"] + answer["rejected"] == len(answer["results"])
        assert all(result["detail"] for result in answer["results"] if result["status"] == "rejected")
    else:
        assert response.status_code in (400, 413, 415), answer
        assert answer["detail"]
    assert answer["stored"] is False
