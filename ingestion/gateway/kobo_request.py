"""Read what KoboToolbox posts: its key, its body, the submission in it."""

from __future__ import annotations

import asyncio
import base64
import binascii
from typing import Any

import orjson
from fastapi import Request

from ingestion.gateway import answers, kobo_answers
from ingestion.gateway.answers import Problem
from ingestion.gateway.decode import MAX_BODY
from ingestion.kobo.form import Form
from ingestion.kobo.submission import find_wrapped, missing_ids, nested_deeper_than, open_wrapper

_BODY_SECONDS = 30.0
_MOST_LEVELS = 32


class Refused(Exception):
    """The submission as a whole is refused; `keep` = its body is to be kept, sealed, for which it gets a receipt."""

    def __init__(self, problem: Problem, *, keep: bool = False) -> None:
        super().__init__(problem.code)
        self.problem = problem
        self.keep = keep
        self.receipt: str | None = None


def key_headers(request: Request) -> dict[bytes, bytes]:
    """The request's headers, with the password of Basic authentication as the key: the other way that Kobo knows."""
    headers = dict(request.scope["headers"])
    scheme, _, credentials = headers.get(b"authorization", b"").partition(b" ")
    if scheme.lower() == b"basic" and b"x-api-key" not in headers:
        try:
            headers[b"x-api-key"] = base64.b64decode(credentials, validate=True).partition(b":")[2]
        except binascii.Error:
            headers[b"x-api-key"] = b""
    return headers


async def read_body(request: Request) -> bytes:
    """The whole body, counted while it comes in."""
    parts, size = [], 0
    try:
        async with asyncio.timeout(_BODY_SECONDS):
            async for part in request.stream():
                parts.append(part)
                size += len(part)
                if size > MAX_BODY:
                    raise Refused(answers.TOO_LARGE)
    except TimeoutError:
        raise Refused(answers.TOO_SLOW) from None
    return b"".join(parts)


def read_submission(form: Form, body: bytes) -> dict[str, Any]:
    """The submission, with all that identifies it. Raises Refused."""
    try:
        payload = orjson.loads(body)
    except orjson.JSONDecodeError:
        raise Refused(answers.INVALID_JSON, keep=True) from None
    if not isinstance(payload, dict) or nested_deeper_than(payload, _MOST_LEVELS):
        raise Refused(kobo_answers.NOT_A_SUBMISSION, keep=True)
    submission = open_wrapper(form, payload)
    if submission is None or missing_ids(form, submission):
        wrapper = find_wrapped(payload) if submission is None or submission is payload else None
        if wrapper is not None:
            raise Refused(kobo_answers.WRAPPED._replace(params={"wrapper": wrapper[:80]}), keep=True)
        missing = ", ".join(missing_ids(form, payload if submission is None else submission))
        raise Refused(kobo_answers.SUBSET._replace(params={"missing": missing}), keep=True)
    return dict(submission)
