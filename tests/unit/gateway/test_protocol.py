"""Clients that are slow, silent, or send too much before the application sees anything; over real sockets."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable, MutableMapping
from contextlib import asynccontextmanager
from typing import Any

import pytest
import uvicorn

from ingestion.gateway.protocol import GuardedProtocol
from ingestion.gateway.reading import WHOLE, read_body
from tests.gateways import free_port

Streams = tuple[asyncio.StreamReader, asyncio.StreamWriter]
Connect = Callable[[], Awaitable[Streams]]
BIG = 8 * 1024 * 1024


class Impatient(GuardedProtocol):
    header_seconds = 0.15
    body_seconds = 0.15
    answer_seconds = 0.15
    most_connections = 3


async def _app(scope: MutableMapping[str, Any], receive: Any, send: Any) -> None:
    """Answers with what it got; /early before the body is there, /big with a lot."""
    headers = dict(scope["headers"])
    body: Any = b""
    was_whole = WHOLE in scope
    if scope["path"] != "/early" and scope["method"] == "POST":
        body = await read_body(scope, headers, receive)
    answer = b"x" * BIG if scope["path"] == "/big" else json.dumps([scope["path"], len(body), was_whole]).encode()
    length = str(len(answer)).encode()
    await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", length)]})
    await send({"type": "http.response.body", "body": answer})


class _Server(uvicorn.Server):
    """Looks every 5 ms whether it is to stop, not every 100."""

    async def main_loop(self) -> None:
        await self.on_tick(0)
        while not self.should_exit:
            await asyncio.sleep(0.005)


@asynccontextmanager
async def _served() -> AsyncIterator[Connect]:
    port = free_port()
    config = uvicorn.Config(_app, port=port, http=Impatient, ws="none", lifespan="off", log_config=None, loop="uvloop")
    server = _Server(config)
    task = asyncio.create_task(server.serve())
    while not server.started:
        await asyncio.sleep(0.005)
    try:
        yield lambda: asyncio.open_connection("127.0.0.1", port)
    finally:
        server.should_exit = server.force_exit = True
        await task


def _converse(*pieces: bytes, pause: float = 0.0) -> bytes:
    """What comes back until the server closes; the pieces are sent with a pause between."""

    async def converse() -> bytes:
        async with _served() as connect:
            reader, writer = await connect()
            for number, piece in enumerate(pieces):
                if number and pause:
                    await asyncio.sleep(pause)
                writer.write(piece)
            return await asyncio.wait_for(reader.read(), 5)

    with asyncio.Runner(loop_factory=uvicorn.Config(_app, loop="uvloop").get_loop_factory()) as runner:
        return runner.run(converse())


def _code(answer: bytes) -> tuple[int, str | None]:
    head, _, body = answer.partition(b"\r\n\r\n")
    assert b"\r\nconnection: close" in head.lower()
    return int(head.split()[1]), json.loads(body).get("code")


CLOSE = b"Connection: close\r\n\r\n"


def test_request__as_it_should_be() -> None:
    answer = _converse(b"POST /a HTTP/1.1\r\nContent-Length: 3\r\n" + CLOSE + b"abc")
    assert answer.endswith(b'["/a", 3, true]')


def test_body_in_pieces__is_read_by_the_application() -> None:
    answer = _converse(b"POST /a HTTP/1.1\r\nContent-Length: 3\r\n" + CLOSE, b"ab", b"c", pause=0.05)
    assert answer.endswith(b'["/a", 3, false]')


@pytest.mark.parametrize(
    ("pieces", "expected"),
    [
        ([b"GET /" + b"a" * 4097 + b" HTTP/1.1\r\n\r\n"], (414, "path_too_long")),
        ([b"GET /" + b"a" * 70_000 + b" HTTP/1.1\r\n\r\n"], (414, "path_too_long")),
        ([b"GET /", *[b"a" * 10_000] * 4], (414, "path_too_long")),
        ([b"GET / HTTP/1.1\r\nX: " + b"a" * 33_000 + b"\r\n\r\n"], (431, "headers_too_large")),
        ([b"GET / HTTP/1.1\r\n" + b"X: a\r\n" * 8_000 + b"\r\n"], (431, "headers_too_large")),
        ([b"GET / HTTP/1.1\r\nA: b\r\nX: ", *[b"a" * 10_000] * 4], (431, "headers_too_large")),
        ([b"no http at all\r\n\r\n"], (400, "invalid_request")),
        ([b"\x16\x03\x01\x02\x00\x01\x00"], (400, "invalid_request")),
        ([b"GET / HTTP/1.1\r\nHost: x"], (408, "headers_too_slow")),
        ([b"G"], (408, "headers_too_slow")),
        ([b"POST /a HTTP/1.1\r\nContent-Length: 3\r\n\r\nab"], (408, "body_too_slow")),
        ([b"POST /a HTTP/1.1\r\nContent-Length: 3\r\n\r\n"], (408, "body_too_slow")),
        ([b"POST /a HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n"], (400, "invalid_request")),
    ],
    ids=lambda value: str(value)[:40],
)
def test_client__that_misbehaves(pieces: list[bytes], expected: tuple[int, str]) -> None:
    assert _code(_converse(*pieces, pause=0.01)) == expected


def test_headers_that_trickle__do_not_extend_the_deadline() -> None:
    async def converse() -> bytes:
        async with _served() as connect:
            reader, writer = await connect()
            writer.write(b"GET / HTTP/1.1\r\n")

            async def trickle() -> None:
                while True:
                    writer.write(b"X: y\r\n")
                    await asyncio.sleep(0.05)

            task = asyncio.create_task(trickle())
            try:
                return await asyncio.wait_for(reader.read(), 2)
            finally:
                task.cancel()

    assert _code(asyncio.run(converse()))[0] == 408


def test_silent_client__is_closed_without_a_word() -> None:
    assert _converse() == b""


def test_body_that_trickles_after_the_answer__is_cut_off() -> None:
    answer = _converse(b"POST /early HTTP/1.1\r\nContent-Length: 30\r\n\r\n")
    assert answer.endswith(b'["/early", 0, false]')


def test_large_headers_within_the_limit__pass() -> None:
    answer = _converse(b"GET / HTTP/1.1\r\nX: " + b"a" * 32_000 + b"\r\n", CLOSE, pause=0.05)
    assert answer.startswith(b"HTTP/1.1 200")


def test_requests_one_after_the_other__count_their_own_headers() -> None:
    one = b"POST /a HTTP/1.1\r\nContent-Length: 30000\r\nX: " + b"a" * 20_000 + b"\r\n"
    answer = _converse((one + b"\r\n" + b"b" * 30_000) * 3 + one + CLOSE + b"b" * 30_000)
    assert answer.count(b"HTTP/1.1 200") == 4


def test_connections__above_the_limit_are_told_so() -> None:
    async def converse() -> bytes:
        async with _served() as connect:
            kept = [await connect() for _ in range(3)]
            reader, _ = await connect()
            answer = await asyncio.wait_for(reader.read(), 2)
            for _, writer in kept:
                writer.close()
            return answer

    assert _code(asyncio.run(converse())) == (503, "too_many_connections")


def test_reader_that_does_not_read__is_cut_off() -> None:
    async def converse() -> int:
        async with _served() as connect:
            reader, writer = await connect()
            writer.transport.pause_reading()  # type: ignore[attr-defined]
            writer.write(b"GET /big HTTP/1.1\r\n\r\n")
            await asyncio.sleep(0.4)
            writer.transport.resume_reading()  # type: ignore[attr-defined]
            got = 0
            try:
                while piece := await asyncio.wait_for(reader.read(1 << 20), 2):
                    got += len(piece)
            except ConnectionError:
                pass
            return got

    assert asyncio.run(converse()) < BIG


def test_problem__is_in_the_language_that_is_asked_for() -> None:
    answer = _converse(b"GET /" + b"a" * 5000 + b" HTTP/1.1\r\nAccept-Language: es\r\n\r\n")
    assert json.loads(answer.partition(b"\r\n\r\n")[2])["title"] == "La dirección es demasiado larga"
