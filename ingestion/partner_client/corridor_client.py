"""Send events to Corridor: one file for partners, which needs Python 3.9 or newer and httpx.

    from corridor_client import Client
    client = Client("https://corridor.example", key="ck_...", source="urn:my-office:desk-1", queue="outbox.sqlite")
    client.add("arrival.counted.v1", subject="north-gate/2026-11-02T08", time="2026-11-02T08:00:00+03:00",
               city="ADAMA", data={"direction": "in", "count": 42, "place_name": "north gate", "estimate": False})
    print(client.flush())

`add` works without a network: the event waits in the queue, with an id of its own, until `flush` has an answer for
it. Sending it again after a failure is safe, because the id stays the same. With `city_key` the identifiers of people
become tokens on this machine, and neither the queue nor the platform ever holds them.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import os
import random
import sqlite3
import time as clock
import unicodedata
import uuid
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

import httpx

BATCH_TYPE = "application/cloudevents-batch+json"
#: Answers that promise nothing: the same events may be sent again as they are.
RETRYABLE = frozenset({429, 502, 503, 504, 507})
#: Stays below the gateway's 4 MiB for one request.
MAX_BATCH_BYTES = 3_500_000
#: Field of an identifier -> its kind and the field of its token.
IDENTIFIERS = {"person_id": ("person", "person_token"), "household_id": ("household", "household_token")}

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
    duplicates: int = 0
    rejected: list[dict[str, Any]] = field(default_factory=list)
    receipts: list[str] = field(default_factory=list)


class CityKey:
    """A city's own key, which turns identifiers into tokens on this machine. Keep the file safe and backed up."""

    def __init__(self, key_id: str, secret: bytes) -> None:
        if len(secret) < 32:
            raise ValueError("the secret of a city needs at least 32 bytes")
        self.key_id = key_id
        self._secret = secret

    @classmethod
    def load(cls, path: str) -> CityKey:
        """Read a key file; make one, for its owner only, if there is none."""
        if not os.path.exists(path):
            made = {"key_id": "k1", "secret": base64.b64encode(os.urandom(32)).decode()}
            with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
                json.dump(made, file)
        with open(path, encoding="utf-8") as file:
            content = json.load(file)
        return cls(content["key_id"], base64.b64decode(content["secret"], validate=True))

    def token(self, kind: str, identifier: str) -> str:
        """The token of a `person` or `household`; the ways in which clerks retype an identifier give the same one."""
        digest = hmac.new(self._secret, f"{kind}:{normalise(identifier)}".encode(), hashlib.sha256).digest()
        return f"tok1_{self.key_id}_{base64.urlsafe_b64encode(digest).decode().rstrip('=')}"

    def tokenise(self, data: dict[str, Any]) -> dict[str, Any]:
        """`data` with tokens in place of identifiers."""
        made = dict(data)
        for plain, (kind, token) in IDENTIFIERS.items():
            if made.get(plain) is not None:
                made[token] = self.token(kind, str(made.pop(plain)))
        return made


def normalise(identifier: str) -> str:
    """One spelling for the ways clerks retype an identifier: letter case, width, spaces around and within."""
    visible = "".join(c for c in unicodedata.normalize("NFKC", identifier) if unicodedata.category(c) != "Cf")
    return " ".join(unicodedata.normalize("NFKC", visible.casefold()).casefold().split())


def seal(identifier: str, public_key: str) -> str:
    """`identifier` as only the platform's intake can read it, for events that your own Kafka producer writes.

    Put it where the identifier itself would stand, for example in data.person_id. `public_key` is what you were given
    with the password of your producer. Needs PyNaCl (pip install pynacl).
    """
    from nacl.public import PublicKey, SealedBox

    box = SealedBox(PublicKey(base64.b64decode(public_key, validate=True)))
    return "sealed:1:" + base64.b64encode(box.encrypt(identifier.encode())).decode()


class Client:
    """Adds events to a queue on this machine and sends what waits there."""

    def __init__(
        self,
        url: str,
        key: str,
        source: str,
        *,
        queue: str = "corridor-outbox.sqlite",
        city_key: CityKey | None = None,
        give_up_after: float = 120.0,
        http: httpx.Client | None = None,
    ) -> None:
        self._url, self._key, self._source = url, key, source
        self._city_key = city_key
        self._give_up_after = give_up_after
        self._http = http
        if not os.path.exists(queue):
            os.close(os.open(queue, os.O_CREAT | os.O_WRONLY, 0o600))
        self._queue = sqlite3.connect(queue)
        self._queue.execute("pragma synchronous = full")
        self._queue.execute(
            "create table if not exists outbox (place integer primary key, event text not null, refused text)"
        )

    def add(self, type: str, subject: str, data: dict[str, Any], **attributes: Any) -> str:
        """Keep one event for sending and return its id; `attributes`: time (needed), city, operation and so on."""
        if self._city_key is not None:
            data = self._city_key.tokenise(data)
        event = {
            "specversion": "1.0",
            "id": str(uuid.uuid4()),
            "source": self._source,
            "type": type,
            "subject": subject,
            **attributes,
            "data": data,
        }
        text = json.dumps(event, ensure_ascii=False, allow_nan=False)
        with self._queue:
            self._queue.execute("insert into outbox (event) values (?)", [text])
        return str(event["id"])

    def waiting(self) -> int:
        """How many events have no answer yet."""
        return int(self._queue.execute("select count(*) from outbox where refused is null").fetchone()[0])

    def flush(self) -> SendSummary:
        """Send what waits. What is accepted leaves the queue; what is refused stays in `refused` with its reason.

        Raises SendError if the gateway could not be reached or refused the whole request: nothing is lost then.
        """
        rows = self._queue.execute("select place, event from outbox where refused is null order by place").fetchall()
        places = [place for place, _ in rows]

        def settle(index: int, result: dict[str, Any]) -> None:
            with self._queue:
                if result["status"] == "rejected":
                    answer = json.dumps(result, ensure_ascii=False)
                    self._queue.execute("update outbox set refused = ? where place = ?", [answer, places[index]])
                else:
                    self._queue.execute("delete from outbox where place = ?", [places[index]])

        events = (json.loads(text) for _, text in rows)
        return send_events(events, self._key, self._url, settle, give_up_after=self._give_up_after, client=self._http)

    def refused(self) -> list[tuple[dict[str, Any], dict[str, Any]]]:
        """The refused events, each with the gateway's reason (code, pointer, detail)."""
        rows = self._queue.execute("select event, refused from outbox where refused is not null order by place")
        return [(json.loads(event), json.loads(answer)) for event, answer in rows]

    def forget_refused(self) -> int:
        """Remove the refused events, once they were mended and added again; returns how many."""
        with self._queue:
            return self._queue.execute("delete from outbox where refused is not null").rowcount


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
    answer for it ({"index", "id", "status": "accepted"|"duplicate"|"rejected", "code", "pointer", "detail"}).
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
            if answer.get("receipt"):
                summary.receipts.append(answer["receipt"])
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
    elif result["status"] == "duplicate":
        summary.duplicates += 1
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
    deadline = clock.monotonic() + give_up_after
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
        if clock.monotonic() + pause > deadline:
            raise SendError(
                f"The gateway at {url} could not take the events from number {first} on: {trouble}. "
                f"Tried for {give_up_after:.0f} s. Send the same again later: "
                "events that were already accepted are counted once."
            )
        clock.sleep(pause)
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
