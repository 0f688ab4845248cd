"""What the gateway answers: results of events, and problem details (RFC 9457) for a request as a whole."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any, NamedTuple

import orjson

Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
Header = tuple[bytes, bytes]


class Problem(NamedTuple):
    """A request that is refused as a whole. `code` is stable, `detail` says what to do."""

    status: int
    code: str
    title: str
    detail: str
    headers: tuple[Header, ...] = ()

    def body(self, **more: Any) -> bytes:
        """The problem as JSON, with further members."""
        return orjson.dumps(
            {
                "type": f"urn:corridor:problem:{self.code}",
                "title": self.title,
                "status": self.status,
                "detail": self.detail,
                "code": self.code,
                **more,
            }
        )


RETRY = ((b"retry-after", b"5"),)

NO_KEY = Problem(
    401, "key_missing", "No API key",
    "Send your API key in the header X-API-Key, or as Authorization: Bearer.", ((b"www-authenticate", b"Bearer"),),
)  # fmt: skip
BAD_KEY = Problem(
    401, "key_invalid", "The API key is not valid",
    "The key is unknown, revoked or expired: ask the programme's data engineer for a new one.",
    ((b"www-authenticate", b"Bearer"),),
)  # fmt: skip
NO_KEYS_YET = Problem(
    503, "keys_unavailable", "Keys cannot be checked yet",
    "The gateway has just started and cannot read its keys. Send the same events again.", RETRY,
)  # fmt: skip
NOT_POST = Problem(
    405, "method_not_allowed", "Only POST", "Send events with POST.", ((b"allow", b"POST"),),
)  # fmt: skip
NOT_OURS = Problem(
    415, "unsupported_media_type", "Not CloudEvents in JSON",
    "Use the content type application/cloudevents+json for one event or application/cloudevents-batch+json for an "
    "array of events, in UTF-8.",
)  # fmt: skip
ENCODED = Problem(
    415, "unsupported_encoding", "Compressed bodies are not taken", "Send the body without Content-Encoding.",
    ((b"accept-encoding", b"identity"),),
)  # fmt: skip
TOO_LARGE = Problem(
    413, "body_too_large", "The request is too large",
    "A request may hold 4 MiB: send fewer events at once.", ((b"connection", b"close"),),
)  # fmt: skip
EVENT_TOO_LARGE = Problem(
    413, "event_too_large", "The event is too large", "One event may hold 256 KiB.",
)  # fmt: skip
TOO_MANY = Problem(
    413, "too_many_events", "Too many events", "A batch may hold 1,000 events: send several batches.",
)  # fmt: skip
TOO_SLOW = Problem(
    408, "body_too_slow", "The body did not arrive in time",
    "The whole request must arrive within 30 seconds.", ((b"connection", b"close"),),
)  # fmt: skip
NOT_DURABLE = Problem(
    503, "log_unavailable", "The events could not be stored",
    "The log did not confirm the events, so nothing is promised. Send the same events with the same ids again.", RETRY,
)  # fmt: skip
OVERLOADED = Problem(
    503, "overloaded", "Too much is waiting to be stored",
    "Nothing of this request was stored. Send the same events with the same ids again.", RETRY,
)  # fmt: skip
BROKEN = Problem(
    500, "internal_error", "The gateway failed",
    "This is a fault of the gateway, not of your events. Send the same events with the same ids again, and tell the "
    "programme's data engineer if it happens twice.",
)  # fmt: skip

_JSON = (b"content-type", b"application/json")
_PROBLEM = (b"content-type", b"application/problem+json")


async def send_problem(send: Send, problem: Problem, **more: Any) -> None:
    """Answer with `problem`."""
    await _send(send, problem.status, problem.body(**more), (_PROBLEM, *problem.headers))


async def send_results(send: Send, accepted: int, results: list[dict[str, Any]]) -> int:
    """Answer with a result for every event and return the status: 202 unless all were refused (403 or 422)."""
    rejected = len(results) - accepted
    members: dict[str, Any] = {"accepted": accepted, "rejected": rejected, "results": results}
    if accepted or not rejected:
        await _send(send, 202, orjson.dumps(members), (_JSON,))
        return 202
    codes = {result["code"] for result in results}
    code = codes.pop() if len(codes) == 1 else "all_rejected"
    status = 403 if code == "out_of_scope" else 422
    detail = results[0]["detail"] if rejected == 1 else "Every event was refused: see results for the reason of each."
    problem = Problem(status, code, "No event was accepted", detail)
    await _send(send, status, problem.body(**members), (_PROBLEM,))
    return status


async def _send(send: Send, status: int, body: bytes, headers: tuple[Header, ...]) -> None:
    length = (b"content-length", str(len(body)).encode())
    await send({"type": "http.response.start", "status": status, "headers": [*headers, length]})
    await send({"type": "http.response.body", "body": body})
