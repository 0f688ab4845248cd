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
_CLOSE = ((b"connection", b"close"),)
#: What a body may be compressed with.
ENCODINGS = ((b"accept-encoding", b"gzip, zstd, identity"),)

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
BAD_SIGNATURE = Problem(
    401,
    "signature_invalid",
    _t("The signature is not valid"),
    _t(
        "Sign webhook-id, webhook-timestamp and the body exactly as it is sent, joined by full stops, with the secret "
        "of this key; name the key in the address as ?key_id=."
    ),
)
OLD_SIGNATURE = Problem(
    401,
    "signature_too_old",
    _t("The signature is not valid any more"),
    _t("The webhook-timestamp lies more than 5 minutes off: set the clock of your server, and sign every try anew."),
)
NO_KEYS_YET = Problem(
    503,
    "keys_unavailable",
    _t("Keys cannot be checked yet"),
    _t("The gateway has just started and cannot read its keys. Send the same events again."),
    RETRY,
)
TOO_MANY_REQUESTS = Problem(
    429,
    "too_many_requests",
    _t("Too many requests"),
    _t(
        "This key may send {rate} requests a second: wait {seconds} s and send the same again, with more events in "
        "each request."
    ),
)
TOO_MANY_EVENTS_A_SECOND = Problem(
    429,
    "too_many_events_a_second",
    _t("Too many events a second"),
    _t(
        "This key may send {rate} events a second. Nothing of this request was stored: wait {seconds} s and send the "
        "same again."
    ),
)
TOO_MANY_FAILURES = Problem(
    429,
    "too_many_failures",
    _t("Too many requests without a valid key"),
    _t("Too many requests from your address had no valid key: correct the key, wait {seconds} s and send again."),
)
NOT_POST = Problem(
    405,
    "method_not_allowed",
    _t("Only POST"),
    _t("Send events with POST."),
    ((b"allow", b"POST"),),
)
NO_LENGTH = Problem(
    411,
    "length_required",
    _t("The length of the body is missing"),
    _t("Send the header Content-Length, or Transfer-Encoding: chunked."),
)
PATH_TOO_LONG = Problem(
    414,
    "path_too_long",
    _t("The address is too long"),
    _t("An address may hold 4 KiB: send data in the body, not in the address."),
    _CLOSE,
)
HEADERS_TOO_LARGE = Problem(
    431,
    "headers_too_large",
    _t("The headers are too large"),
    _t("All headers together may hold 32 KiB: leave out what is not needed, such as cookies."),
    _CLOSE,
)
HEADERS_TOO_SLOW = Problem(
    408,
    "headers_too_slow",
    _t("The headers did not arrive in time"),
    _t("All headers must arrive within 10 seconds."),
    _CLOSE,
)
INVALID_REQUEST = Problem(
    400,
    "invalid_request",
    _t("The request cannot be read"),
    _t("What arrived is not HTTP/1.1: check the address, and whether it begins with http or https."),
    _CLOSE,
)
TOO_MANY_CONNECTIONS = Problem(
    503,
    "too_many_connections",
    _t("Too many connections"),
    _t("Nothing of this request was stored. Use one connection for many requests, and send the same again later."),
    (*RETRY, *_CLOSE),
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
UNKNOWN_ENCODING = Problem(
    415,
    "unsupported_encoding",
    _t("The body is compressed in a way that is not taken"),
    _t("Compress the body once, with gzip or zstd, or send it as it is."),
    ENCODINGS,
)
BROKEN_ENCODING = Problem(
    400,
    "invalid_encoding",
    _t("The body cannot be unpacked"),
    _t("The body is damaged, cut short, or not compressed as its header Content-Encoding says."),
)
TOO_LARGE = Problem(
    413,
    "body_too_large",
    _t("The request is too large"),
    _t("A request may hold 4 MiB: send fewer events at once."),
    _CLOSE,
)
INFLATED_TOO_LARGE = Problem(
    413,
    "inflated_too_large",
    _t("The unpacked request is too large"),
    _t(
        "Unpacked, a request may hold 8 MiB, and above 1 MiB at most 100 times its compressed size: send fewer "
        "events at once."
    ),
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
    _CLOSE,
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
NOT_FOUND = Problem(
    404,
    "not_found",
    _t("Nothing is here"),
    _t("The page /docs lists what the gateway answers."),
)
BAD_PARAMETERS = Problem(
    422,
    "invalid_parameters",
    _t("A part of the address cannot be used"),
    _t("Correct or leave out: {names}. The page /docs says what each may hold."),
)
NOT_THIS_METHOD = Problem(
    405,
    "method_not_allowed",
    _t("Not this method"),
    _t("The page /docs lists what the gateway answers."),
)

_JSON = (b"content-type", b"application/json")
_PROBLEM = (b"content-type", b"application/problem+json")


_NONE_ACCEPTED = _t("No event was accepted")
_SEE_RESULTS = _t("Every event was refused: see results for the reason of each.")


def problem_headers(problem: Problem, body: bytes) -> tuple[Header, ...]:
    """The headers of an answer that holds `body`, a problem in JSON."""
    return (_PROBLEM, *problem.headers, (b"content-length", str(len(body)).encode()))


async def send_problem(send: Send, problem: Problem, language: str = "en", **more: Any) -> None:
    """Answer with `problem`."""
    await _send(send, problem.status, problem.body(language, **more), (_PROBLEM, *problem.headers))


async def send_results(send: Send, outcome: Outcome, language: str = "en") -> int:
    """Answer with a result for every event and return the status: 202 unless all were refused (403 or 422)."""
    status, body, headers = results_answer(outcome, language)
    await _send(send, status, body, headers)
    return status


async def send_check(send: Send, outcome: Outcome) -> int:
    """Answer with what would have become of every event, and that nothing of it is stored."""
    body = orjson.dumps(
        {
            "stored": False,
            "accepted": outcome.accepted,
            "duplicates": outcome.duplicates,
            "rejected": outcome.rejected,
            "results": outcome.results,
        }
    )
    await _send(send, 200, body, (_JSON,))
    return 200


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
