"""What the gateway answers: results of events, and problem details (RFC 9457) for a request as a whole."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, MutableMapping
from typing import TYPE_CHECKING, Any, NamedTuple

import orjson

from ingestion.words import _t, say

if TYPE_CHECKING:
    from ingestion.gateway.intake import Outcome

Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
Header = tuple[bytes, bytes]


class Problem(NamedTuple):
    """A request that is refused as a whole. `code` is stable, `detail` says what to do, both in English."""

    status: int
    code: str
    title: str
    detail: str
    headers: tuple[Header, ...] = ()
    #: Fills the {named} places of title and detail.
    params: Mapping[str, Any] = {}

    def body(self, language: str = "en", **more: Any) -> bytes:
        """The problem as JSON, in one of ingestion.words.LANGUAGES, with further members."""
        return orjson.dumps(
            {
                "type": f"urn:corridor:problem:{self.code}",
                "title": say(language, self.title, **self.params),
                "status": self.status,
                "detail": say(language, self.detail, **self.params),
                "code": self.code,
                **more,
            }
        )


RETRY = ((b"retry-after", b"5"),)

NO_KEY = Problem(
    401,
    "key_missing",
    _t("No API key"),
    _t("Send your API key in the header X-API-Key, or as Authorization: Bearer."),
    ((b"www-authenticate", b"Bearer"),),
)
BAD_KEY = Problem(
    401,
    "key_invalid",
    _t("The API key is not valid"),
    _t("The key is unknown, revoked or expired: ask the programme's data engineer for a new one."),
    ((b"www-authenticate", b"Bearer"),),
)
NO_KEYS_YET = Problem(
    503,
    "keys_unavailable",
    _t("Keys cannot be checked yet"),
    _t("The gateway has just started and cannot read its keys. Send the same events again."),
    RETRY,
)
NOT_POST = Problem(
    405,
    "method_not_allowed",
    _t("Only POST"),
    _t("Send events with POST."),
    ((b"allow", b"POST"),),
)
NOT_OURS = Problem(
    415,
    "unsupported_media_type",
    _t("Not CloudEvents in JSON"),
    _t(
        "Use the content type application/cloudevents+json for one event or application/cloudevents-batch+json "
        "for an array of events, in UTF-8."
    ),
)
ENCODED = Problem(
    415,
    "unsupported_encoding",
    _t("Compressed bodies are not taken"),
    _t("Send the body without Content-Encoding."),
    ((b"accept-encoding", b"identity"),),
)
TOO_LARGE = Problem(
    413,
    "body_too_large",
    _t("The request is too large"),
    _t("A request may hold 4 MiB: send fewer events at once."),
    ((b"connection", b"close"),),
)
EVENT_TOO_LARGE = Problem(
    413,
    "event_too_large",
    _t("The event is too large"),
    _t("One event may hold 256 KiB."),
)
TOO_MANY = Problem(
    413,
    "too_many_events",
    _t("Too many events"),
    _t("A batch may hold 1,000 events: send several batches."),
)
TOO_SLOW = Problem(
    408,
    "body_too_slow",
    _t("The body did not arrive in time"),
    _t("The whole request must arrive within 30 seconds."),
    ((b"connection", b"close"),),
)
INVALID_JSON = Problem(
    400,
    "invalid_json",
    _t("The body cannot be read"),
    _t("The body is not valid JSON."),
)

NOT_DURABLE = Problem(
    503,
    "log_unavailable",
    _t("The events could not be stored"),
    _t("The log did not confirm the events, so nothing is promised. Send the same events with the same ids again."),
    RETRY,
)
OVERLOADED = Problem(
    503,
    "overloaded",
    _t("Too much is waiting to be stored"),
    _t("Nothing of this request was stored. Send the same events with the same ids again."),
    RETRY,
)
BROKEN = Problem(
    500,
    "internal_error",
    _t("The gateway failed"),
    _t(
        "This is a fault of the gateway, not of your events. Send the same events with the same ids again, and "
        "tell the programme's data engineer if it happens twice."
    ),
)

_JSON = (b"content-type", b"application/json")
_PROBLEM = (b"content-type", b"application/problem+json")


_NONE_ACCEPTED = _t("No event was accepted")
_SEE_RESULTS = _t("Every event was refused: see results for the reason of each.")


async def send_problem(send: Send, problem: Problem, language: str = "en", **more: Any) -> None:
    """Answer with `problem`."""
    await _send(send, problem.status, problem.body(language, **more), (_PROBLEM, *problem.headers))


async def send_results(send: Send, outcome: Outcome, language: str = "en") -> int:
    """Answer with a result for every event and return the status: 202 unless all were refused (403 or 422)."""
    status, body, headers = results_answer(outcome, language)
    await _send(send, status, body, headers)
    return status


def results_answer(outcome: Outcome, language: str = "en") -> tuple[int, bytes, tuple[Header, ...]]:
    """Status, body and headers of the answer to events."""
    members: dict[str, Any] = {
        "receipt": outcome.receipt,
        "accepted": outcome.accepted,
        "duplicates": outcome.duplicates,
        "rejected": outcome.rejected,
        "results": outcome.results,
    }
    if outcome.accepted or outcome.duplicates or not outcome.rejected:
        return 202, orjson.dumps(members), (_JSON, *_location(outcome.receipt))
    codes = {result["code"] for result in outcome.results}
    code = codes.pop() if len(codes) == 1 else "all_rejected"
    status = 403 if code == "out_of_scope" else 422
    problem = Problem(status, code, _NONE_ACCEPTED, _SEE_RESULTS)
    if outcome.rejected == 1:
        members["detail"] = outcome.results[0]["detail"]
    return status, problem.body(language, **members), (_PROBLEM, *_location(outcome.receipt))


def _location(receipt: str | None) -> tuple[Header, ...]:
    return () if receipt is None else ((b"location", b"/v1/receipts/%b" % receipt.encode()),)


async def _send(send: Send, status: int, body: bytes, headers: tuple[Header, ...]) -> None:
    length = (b"content-length", str(len(body)).encode())
    await send({"type": "http.response.start", "status": status, "headers": [*headers, length]})
    await send({"type": "http.response.body", "body": body})
