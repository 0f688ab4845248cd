"""POST /v1/events as plain ASGI: the hot route, without a framework between the server and the log."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

from ingestion.gateway import answers
from ingestion.gateway.answers import Problem, Send, send_problem, send_results
from ingestion.gateway.authenticate import Authenticator
from ingestion.gateway.decode import MAX_BODY, MAX_EVENT, MAX_EVENTS, DecodeError, Form, decode, form_of, raw_events
from ingestion.gateway.intake import Intake
from ingestion.gateway.metrics import Metrics
from ingestion.gateway.refusal import INVALID_JSON, Refusal
from ingestion.gateway.scope import Key
from ingestion.gateway.spool_answers import problem_of
from ingestion.gateway.spool_errors import NotStored
from ingestion.words import language_of

logger = logging.getLogger("corridor.gateway.events")

Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
BODY_SECONDS = 30.0


class EventsRoute:
    """Answers every event of a request, after the log holds what was accepted and what was refused."""

    def __init__(self, authenticator: Authenticator, intake: Intake, metrics: Metrics) -> None:
        self._authenticator = authenticator
        self._intake = intake
        self._metrics = metrics

    async def __call__(self, scope: MutableMapping[str, Any], receive: Receive, send: Send) -> None:
        """One request. Never raises: whatever fails is answered, and nothing is promised then."""
        began = time.perf_counter()
        headers = dict(scope["headers"])
        language = language_of(headers.get(b"accept-language", b"").decode("latin-1"))
        try:
            answer = await self._answer(scope, headers, receive, send, language)
        except NotStored as trouble:
            answer = problem_of(trouble)
        except Exception as error:
            # The traceback may quote the payload, so only its kind and place are logged.
            where = error.__traceback__
            while where is not None and where.tb_next is not None:
                where = where.tb_next
            place = f"{where.tb_frame.f_code.co_name}:{where.tb_lineno}" if where is not None else "-"
            logger.error("request failed error=%s at=%s", type(error).__name__, place)
            answer = answers.BROKEN
        if isinstance(answer, Problem):
            await send_problem(send, answer, language)
            answer = answer.status
        self._metrics.request(answer, time.perf_counter() - began)

    async def _answer(
        self, scope: MutableMapping[str, Any], headers: dict[bytes, bytes], receive: Receive, send: Send, language: str
    ) -> int | Problem:
        """The status that was sent, or the problem to send."""
        if scope["method"] != "POST":
            return answers.NOT_POST
        key = await self._authenticator.authenticate(headers)
        if isinstance(key, Problem):
            return key
        if headers.get(b"content-encoding", b"identity").strip().lower() != b"identity":
            return answers.ENCODED
        form = form_of(headers.get(b"content-type", b""), scope["headers"])
        if form is None:
            return answers.NOT_OURS
        body = await read_body(headers, receive)
        if isinstance(body, Problem):
            return body
        if form is not Form.BATCH and len(body) > MAX_EVENT:
            return answers.EVENT_TOO_LARGE
        try:
            events = decode(form, body, scope["headers"])
        except DecodeError as error:
            return await self._refuse_json(error, key, body)
        if len(events) > MAX_EVENTS:
            return answers.TOO_MANY
        outcome = await self._intake.take(
            events,
            key,
            raws=lambda: raw_events(form, body, events),
            language=language,
            may_hold_nul=b"\\u0000" in body,
            may_be_large=len(body) > MAX_EVENT,
        )
        return await send_results(send, outcome, language)

    async def _refuse_json(self, error: DecodeError, key: Key, body: bytes) -> Problem:
        """What cannot be parsed is kept too."""
        await self._intake.keep_refused(body, Refusal(INVALID_JSON, "", error.template, error.params), key)
        return answers.INVALID_JSON._replace(detail=error.template, params=error.params)


async def read_body(headers: dict[bytes, bytes], receive: Receive) -> bytes | Problem:
    """The whole body, counted while it comes in: a length that was announced is not believed."""
    announced = headers.get(b"content-length", b"")
    if announced.isdigit() and int(announced) > MAX_BODY:
        return answers.TOO_LARGE
    message = await receive()
    body: bytes = message.get("body", b"")
    if not message.get("more_body", False):
        return body if len(body) <= MAX_BODY else answers.TOO_LARGE
    parts, size = [body], len(body)
    try:
        async with asyncio.timeout(BODY_SECONDS):
            while message.get("more_body", False):
                message = await receive()
                parts.append(message.get("body", b""))
                size += len(parts[-1])
                if size > MAX_BODY:
                    return answers.TOO_LARGE
    except TimeoutError:
        return answers.TOO_SLOW
    return b"".join(parts)
