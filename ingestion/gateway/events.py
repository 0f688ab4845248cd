"""POST /v1/events as plain ASGI: the hot route, without a framework between the server and the log."""

from __future__ import annotations

import time
from collections.abc import MutableMapping
from typing import TYPE_CHECKING, Any

from ingestion.gateway import answers
from ingestion.gateway.answers import Problem, Send, send_check, send_problem, send_results
from ingestion.gateway.authenticate import KEY_ID
from ingestion.gateway.decode import MAX_EVENT, MAX_EVENTS, DecodeError, Form, decode, form_of, raw_events
from ingestion.gateway.inflate import inflate
from ingestion.gateway.intake import Outcome
from ingestion.gateway.reading import Gone, Receive, encoding_of, read_body
from ingestion.gateway.refusal import INVALID_JSON, Refusal
from ingestion.gateway.scope import Key
from ingestion.gateway.spool_answers import problem_of
from ingestion.gateway.spool_errors import NotStored
from ingestion.gateway.trouble import log_trouble
from ingestion.gateway.webhooks import Signature
from ingestion.words import language_of

if TYPE_CHECKING:
    from ingestion.gateway.services import Services


class EventsRoute:
    """Answers every event of a request, after the log holds what was accepted and what was refused.

    With `stores` False (the route /v1/validate) the answers are the same, and nothing is kept.
    """

    def __init__(self, services: Services, path: str, *, stores: bool = True) -> None:
        self._authenticator = services.authenticator
        self._limits = services.limits
        self._intake = services.intake
        self._metrics = services.metrics
        self._uses = services.uses
        self._path = path
        self._stores = stores

    async def __call__(self, scope: MutableMapping[str, Any], receive: Receive, send: Send) -> None:
        """One request. Never raises: whatever fails is answered, and nothing is promised then."""
        began = time.perf_counter()
        headers = dict(scope["headers"])
        language = language_of(headers.get(b"accept-language", b"").decode("latin-1"))
        try:
            answer = await self._answer(scope, headers, receive, send, language)
        except NotStored as trouble:
            answer = problem_of(trouble)
        except Gone:
            return
        except Exception as error:
            log_trouble(error)
            answer = answers.BROKEN
        if isinstance(answer, Problem):
            await send_problem(send, answer, language, **({} if self._stores else {"stored": False}))
            self._uses.count_request(scope, self._path, answer.status)
            if answer.status == 429:
                self._metrics.limited[answer.code] += 1
            answer = answer.status
        scope.pop(KEY_ID, None)  # counted here
        self._metrics.request(answer, time.perf_counter() - began)

    async def _answer(
        self, scope: MutableMapping[str, Any], headers: dict[bytes, bytes], receive: Receive, send: Send, language: str
    ) -> int | Problem:
        """The status that was sent, or the problem to send."""
        if scope["method"] != "POST":
            return answers.NOT_POST
        who = await self._who(headers, scope)
        if isinstance(who, Problem):
            return who
        signature, key = (who, who.key) if isinstance(who, Signature) else (None, who)
        form = form_of(headers.get(b"content-type", b""), scope["headers"], plain_json=signature is not None)
        if form is None:
            return answers.NOT_OURS
        body = await self._read(scope, headers, receive, signature)
        if isinstance(body, Problem):
            return body
        if form is not Form.BATCH and len(body) > MAX_EVENT:
            return answers.EVENT_TOO_LARGE
        try:
            events = decode(form, body, scope["headers"])
        except DecodeError as error:
            return await self._refuse_json(error, key, body)
        problem = answers.TOO_MANY if len(events) > MAX_EVENTS else self._limits.events(key, len(events))
        if problem is not None:
            return problem
        status, outcome = await self._settle(events, key, form, body, send, language)
        self._uses.count(key.key_id, self._path, status, outcome.accepted, outcome.rejected)
        return status

    async def _who(self, headers: dict[bytes, bytes], scope: MutableMapping[str, Any]) -> Key | Signature | Problem:
        if b"webhook-signature" in headers and b"x-api-key" not in headers:
            return self._authenticator.signature(headers, scope)
        return await self._authenticator.authenticate(headers, scope)

    async def _read(
        self,
        scope: MutableMapping[str, Any],
        headers: dict[bytes, bytes],
        receive: Receive,
        signature: Signature | None,
    ) -> bytes | Problem:
        """The body, unpacked; a signature is checked on the bytes as they were sent."""
        encoding = encoding_of(scope["headers"]) if b"content-encoding" in headers else b""
        if isinstance(encoding, Problem):
            return encoding
        body = await read_body(scope, headers, receive)
        if isinstance(body, Problem):
            return body
        problem = None if signature is None else self._authenticator.verify(signature, body, scope)
        if problem is not None:
            return problem
        if encoding:
            self._metrics.encodings[encoding.decode()] += 1
            return await inflate(body, encoding)
        return body

    async def _settle(
        self, events: list[Any], key: Key, form: Form, body: bytes, send: Send, language: str
    ) -> tuple[int, Outcome]:
        """Store, or only check, and answer for each event."""
        may_hold_nul, may_be_large = b"\\u0000" in body, len(body) > MAX_EVENT
        if not self._stores:
            outcome = self._intake.check(
                events, key, language=language, may_hold_nul=may_hold_nul, may_be_large=may_be_large
            )
            return await send_check(send, outcome), outcome
        outcome = await self._intake.take(
            events,
            key,
            raws=lambda: raw_events(form, body, events),
            language=language,
            may_hold_nul=may_hold_nul,
            may_be_large=may_be_large,
        )
        return await send_results(send, outcome, language), outcome

    async def _refuse_json(self, error: DecodeError, key: Key, body: bytes) -> Problem:
        """What cannot be parsed is kept too."""
        if self._stores:
            # The name of a header is the sender's own word; the place of a fault is a number.
            params = {name: "…" if isinstance(value, str) else value for name, value in error.params.items()}
            await self._intake.keep_refused(body, Refusal(INVALID_JSON, "", error.template, params), key)
        return answers.INVALID_JSON._replace(detail=error.template, params=error.params)
