"""The body of a request, counted while it comes in, and unpacked if it is compressed."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping, MutableMapping
from typing import Any

from ingestion.gateway import answers
from ingestion.gateway.answers import Problem
from ingestion.gateway.decode import MAX_BODY, Headers

Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
BODY_SECONDS = 30.0
#: In the scope of a request whose body is there already: it needs no clock.
WHOLE = "corridor.whole"


class Gone(Exception):
    """The client went away before its body was complete: nobody waits for an answer."""


def encoding_of(headers: Headers) -> bytes | Problem:
    """The one encoding of a body that says it is encoded; b"" for identity."""
    found = b",".join(value for name, value in headers if name == b"content-encoding").strip().lower()
    if found in (b"", b"identity"):
        return b""
    return found if found in (b"gzip", b"x-gzip", b"zstd") else answers.UNKNOWN_ENCODING


async def read_body(
    scope: MutableMapping[str, Any], headers: Mapping[bytes, bytes], receive: Receive
) -> bytes | Problem:
    """The whole body as it was sent: a length that was announced is not believed. Raises Gone."""
    announced = headers.get(b"content-length")
    if announced is None:
        if b"transfer-encoding" not in headers:
            return answers.NO_LENGTH
    elif announced.isdigit() and int(announced) > MAX_BODY:
        return answers.TOO_LARGE
    if WHOLE in scope:
        return await _collect(receive)
    try:
        async with asyncio.timeout(BODY_SECONDS):
            return await _collect(receive)
    except TimeoutError:
        return answers.TOO_SLOW


async def _collect(receive: Receive) -> bytes | Problem:
    parts: list[bytes] = []
    size = 0
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise Gone
        part: bytes = message.get("body", b"")
        size += len(part)
        if size > MAX_BODY:
            return answers.TOO_LARGE
        if not message.get("more_body", False):
            return b"".join([*parts, part]) if parts else part
        parts.append(part)
