"""Send CloudEvents to the gateway in batches, again with the same ids until each has an answer."""

from __future__ import annotations

import json
import random
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

import httpx

BATCH_TYPE = "application/cloudevents-batch+json"
#: Answers that promise nothing: the same events may be sent again as they are.
RETRYABLE = frozenset({429, 502, 503, 504, 507})
#: Stays below the gateway's 4 MiB for one request.
MAX_BATCH_BYTES = 3_500_000

OnResult = Callable[[int, dict[str, Any]], None]


class SendError(RuntimeError):
    """The gateway refused a whole request, or could not be reached in time; says how far the sending came."""

    def __init__(self, message: str, *, status: int | None = None, code: str | None = None) -> None:
        super().__init__(message)
        self.status = status
        self.code = code


@dataclass
class SendSummary:
    """What became of the events. Each of `rejected` is a dict of index, id, code, pointer, detail."""

    accepted: int = 0
    rejected: list[dict[str, Any]] = field(default_factory=list)


def send_events(
    events: Iterable[dict[str, Any]],
    key: str,
    url: str,
    on_result: OnResult | None = None,
    *,
    batch_size: int = 100,
    give_up_after: float = 120.0,
    client: httpx.Client | None = None,
) -> SendSummary:
    """Send structured CloudEvents (dicts) to the gateway at base address `url` and return a summary.

    `on_result(index, result)` is called once an event, in order, with its place in `events` and the gateway's
    answer for it ({"index", "id", "status": "accepted"|"rejected", "code", "pointer", "detail"}).
    A refused connection and the answers 429, 502, 503, 504, 507 are tried again for `give_up_after` seconds.
    Raises SendError when a whole request is refused (bad key, for example) or the time is over; events that
    already have an answer stay accepted, so sending everything again is safe.
    """
    summary = SendSummary()
    own = client is None
    http = client or httpx.Client(timeout=httpx.Timeout(30.0, connect=5.0))
    headers = {"X-API-Key": key, "Content-Type": BATCH_TYPE}
    try:
        first = 0
        for count, body in _batches(events, batch_size):
            answer = _post(http, f"{url.rstrip('/')}/v1/events", body, headers, give_up_after, first)
            for result in answer["results"]:
                result["index"] += first
                _take(summary, result)
                if on_result is not None:
                    on_result(result["index"], result)
            first += count
    finally:
        if own:
            http.close()
    return summary


def _take(summary: SendSummary, result: dict[str, Any]) -> None:
    if result["status"] == "accepted":
        summary.accepted += 1
    else:
        summary.rejected.append({k: result.get(k) for k in ("index", "id", "code", "pointer", "detail")})


def _batches(events: Iterable[dict[str, Any]], size: int) -> Iterator[tuple[int, bytes]]:
    """JSON arrays of at most `size` events and MAX_BATCH_BYTES, each with its number of events."""
    parts: list[bytes] = []
    total = 0
    for event in events:
        part = json.dumps(event, ensure_ascii=False, separators=(",", ":"), allow_nan=False).encode()
        if parts and (len(parts) >= size or total + len(part) > MAX_BATCH_BYTES):
            yield len(parts), b"[" + b",".join(parts) + b"]"
            parts, total = [], 0
        parts.append(part)
        total += len(part) + 1
    if parts:
        yield len(parts), b"[" + b",".join(parts) + b"]"


def _post(
    http: httpx.Client, url: str, body: bytes, headers: dict[str, str], give_up_after: float, first: int
) -> dict[str, Any]:
    """One request, repeated while the answer promises nothing; returns the body that holds the results."""
    deadline = time.monotonic() + give_up_after
    wait = 0.25
    while True:
        advised = None
        try:
            response = http.post(url, content=body, headers=headers)
            if response.status_code not in RETRYABLE:
                return _results(response, first)
            trouble = f"it answered {response.status_code} ({_problem(response).get('code', 'no code')})"
            advised = _seconds(response.headers.get("Retry-After"))
        except httpx.TransportError as error:
            trouble = f"{type(error).__name__}: {error}"
        pause = max(advised or 0.0, wait * random.uniform(0.5, 1.0))  # noqa: S311 -- spreads retries, no secret
        if time.monotonic() + pause > deadline:
            raise SendError(
                f"The gateway at {url} could not take the events from number {first} on: {trouble}. "
                f"Tried for {give_up_after:.0f} s. Check `corridor status`, then send the same file again: "
                "events that were already accepted are counted once."
            )
        time.sleep(pause)
        wait = min(wait * 2, 10.0)


def _results(response: httpx.Response, first: int) -> dict[str, Any]:
    answer = _problem(response)
    if isinstance(answer.get("results"), list):
        return answer
    detail = answer.get("detail") or response.reason_phrase
    raise SendError(
        f"The gateway refused the events from number {first} on: {response.status_code} {detail}",
        status=response.status_code,
        code=answer.get("code"),
    )


def _problem(response: httpx.Response) -> dict[str, Any]:
    try:
        answer = response.json()
    except ValueError:
        return {}
    return answer if isinstance(answer, dict) else {}


def _seconds(header: str | None) -> float | None:
    try:
        return min(max(float(header or ""), 0.0), 30.0)
    except ValueError:
        return None
