"""POST /v1/events as plain ASGI: the hot route, without a framework between the server and the log."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

from jsonschema_rs import Draft202012Validator

from ingestion.contracts.registry import envelope_schema
from ingestion.gateway import answers
from ingestion.gateway.answers import Problem, Send, send_problem, send_results
from ingestion.gateway.check import Checker
from ingestion.gateway.decode import MAX_BODY, MAX_EVENT, MAX_EVENTS, DecodeError, Form, decode, form_of, raw_events
from ingestion.gateway.identifiers import attribute_with_identifier, holds_sent_value
from ingestion.gateway.key_cache import KeyCache
from ingestion.gateway.log import KafkaLog, NotDurable, Overloaded
from ingestion.gateway.metrics import Metrics
from ingestion.gateway.records import Record, now_text, rejected_value
from ingestion.gateway.refusal import EVENT_TOO_LARGE, INVALID_JSON, Refusal
from ingestion.gateway.scope import Key
from ingestion.sealing import Sealer
from ingestion.topics import REJECTED

logger = logging.getLogger("corridor.gateway.events")

Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
BODY_SECONDS = 30.0
#: Sealing takes about 0.1 ms: more than this many at once would hold up everybody else.
_MANY_REFUSED = 20
_TOO_LARGE = Refusal(EVENT_TOO_LARGE, "", "One event may hold 256 KiB.")


class EventsRoute:
    """Answers every event of a request, after the log holds what was accepted and what was refused."""

    def __init__(self, keys: KeyCache, checker: Checker, sealer: Sealer, log: KafkaLog, metrics: Metrics) -> None:
        self._keys = keys
        self._checker = checker
        self._sealer = sealer
        self._log = log
        self._metrics = metrics
        self._attributes = {
            name: Draft202012Validator(envelope_schema()["properties"][name])
            for name in ("id", "source", "type", "city")
        }
        self._envelope_names = frozenset(envelope_schema()["properties"])

    async def __call__(self, scope: MutableMapping[str, Any], receive: Receive, send: Send) -> None:
        """One request. Never raises: whatever fails is answered, and nothing is promised then."""
        began = time.perf_counter()
        try:
            status = await self._answer(scope, receive, send)
        except (NotDurable, Overloaded) as trouble:
            problem = answers.NOT_DURABLE if isinstance(trouble, NotDurable) else answers.OVERLOADED
            status = await self._refuse(send, problem)
        except Exception as error:
            # The traceback may quote the payload, so only its kind and place are logged.
            where = error.__traceback__
            while where is not None and where.tb_next is not None:
                where = where.tb_next
            place = f"{where.tb_frame.f_code.co_name}:{where.tb_lineno}" if where is not None else "-"
            logger.error("request failed error=%s at=%s", type(error).__name__, place)
            status = await self._refuse(send, answers.BROKEN)
        self._metrics.request(status, time.perf_counter() - began)

    async def _answer(self, scope: MutableMapping[str, Any], receive: Receive, send: Send) -> int:
        if scope["method"] != "POST":
            return await self._refuse(send, answers.NOT_POST)
        headers = dict(scope["headers"])
        key = await self._authenticate(headers)
        if isinstance(key, Problem):
            return await self._refuse(send, key)
        if headers.get(b"content-encoding", b"identity").strip().lower() != b"identity":
            return await self._refuse(send, answers.ENCODED)
        form = form_of(headers.get(b"content-type", b""), scope["headers"])
        if form is None:
            return await self._refuse(send, answers.NOT_OURS)
        body = await _read_body(headers, receive)
        if isinstance(body, Problem):
            return await self._refuse(send, body)
        if form is not Form.BATCH and len(body) > MAX_EVENT:
            return await self._refuse(send, answers.EVENT_TOO_LARGE)
        try:
            events = decode(form, body, scope["headers"])
        except DecodeError as error:
            return await self._refuse_json(send, str(error), key, body)
        if len(events) > MAX_EVENTS:
            return await self._refuse(send, answers.TOO_MANY)
        return await self._take(send, form, body, events, key)

    async def _take(self, send: Send, form: Form, body: bytes, events: list[Any], key: Key) -> int:
        received_at = now_text()
        may_hold_nul = b"\\u0000" in body
        may_be_large = len(body) > MAX_EVENT
        check = self._checker.check
        records: list[Record] = []
        results: list[dict[str, Any]] = []
        refused: list[tuple[int, Refusal]] = []
        for index, event in enumerate(events):
            outcome = check(event, key, received_at, may_hold_nul=may_hold_nul)
            if may_be_large and isinstance(outcome, Record) and len(outcome.value) > MAX_EVENT:
                outcome = _TOO_LARGE
            if isinstance(outcome, Record):
                records.append(outcome)
                results.append({"index": index, "id": event["id"], "status": "accepted"})
            else:
                refused.append((index, outcome))
                results.append(_rejected(index, event, outcome))
        accepted = len(records)
        if refused:
            raws = raw_events(form, body, events)
            if len(refused) > _MANY_REFUSED:
                records += await asyncio.to_thread(self._seal_all, refused, events, raws, key, received_at)
            else:
                records += self._seal_all(refused, events, raws, key, received_at)
        await self._log.write(records)
        self._metrics.accepted += accepted
        self._metrics.rejected.update(refusal.code for _, refusal in refused)
        return await send_results(send, accepted, results)

    async def _authenticate(self, headers: dict[bytes, bytes]) -> Key | Problem:
        presented = headers.get(b"x-api-key")
        if presented is None:
            scheme, _, presented = headers.get(b"authorization", b"").partition(b" ")
            if scheme.lower() != b"bearer":
                return answers.NO_KEY
        presented = presented.strip()
        key = self._keys.find(presented) or await self._keys.find_new(presented)
        if key is not None:
            return key
        return answers.BAD_KEY if self._keys.is_loaded else answers.NO_KEYS_YET

    async def _refuse_json(self, send: Send, detail: str, key: Key, body: bytes) -> int:
        """What cannot be parsed is kept too, sealed, up to the size of one event."""
        refusal = Refusal(INVALID_JSON, "", detail)
        value = rejected_value(refusal, key, now_text(), {}, self._sealer.seal(body[:MAX_EVENT]))
        await self._log.write([Record(REJECTED, key.partner.encode(), value)])
        self._metrics.rejected[INVALID_JSON] += 1
        return await self._refuse(send, Problem(400, INVALID_JSON, "The body cannot be read", detail))

    def _seal_all(
        self, refused: list[tuple[int, Refusal]], events: list[Any], raws: list[bytes], key: Key, received_at: str
    ) -> list[Record]:
        records = []
        for index, refusal in refused:
            sealed = self._sealer.seal(raws[index][:MAX_EVENT])
            value = rejected_value(refusal, key, received_at, self._known(events[index], refusal), sealed)
            records.append(Record(REJECTED, key.partner.encode(), value))
        return records

    def _known(self, event: Any, refusal: Refusal) -> dict[str, str | None]:
        """The attributes that may stand unsealed beside a refusal: valid ones that give no identifier away."""
        if not isinstance(event, dict):
            return {}
        known = {
            name: event[name]
            for name, validator in self._attributes.items()
            if refusal.pointer != f"/{name}" and name in event and validator.is_valid(event[name])
        }
        contract = self._checker.contract_of(event)
        free = {"id", "source"}  # what a sender words as it likes
        if contract is not None and attribute_with_identifier(event, contract) is not None:
            return {name: value for name, value in known.items() if name not in free}
        if contract is None:
            free.add("type")
        if not self._checker.places.knows(known.get("city") or ""):
            free.add("city")
        # The contract may be unknown or broken, so any value that was sent could be an identifier.
        sent = [value for name, value in event.items() if name == "data" or name not in self._envelope_names]
        return {
            name: value
            for name, value in known.items()
            if name not in free or value is None or not holds_sent_value(value, sent)
        }

    async def _refuse(self, send: Send, problem: Problem) -> int:
        await send_problem(send, problem)
        return problem.status


def _rejected(index: int, event: Any, refusal: Refusal) -> dict[str, Any]:
    identity = event.get("id") if isinstance(event, dict) else None
    return {
        "index": index,
        "id": identity if isinstance(identity, str) else None,
        "status": "rejected",
        "code": refusal.code,
        "pointer": refusal.pointer,
        "detail": refusal.detail,
    }


async def _read_body(headers: dict[bytes, bytes], receive: Receive) -> bytes | Problem:
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
