"""One attempt to deliver: a signed POST (Standard Webhooks), with limits on time and size, and no redirects."""

from __future__ import annotations

import base64
import contextlib
import hashlib
import hmac
import http.client
import socket
import ssl
import threading
from dataclasses import dataclass

from ingestion.streaming.signals.addresses import AddressRefused, Target, find

#: Seconds for a whole attempt; Standard Webhooks names 15 to 30.
WHOLE_ATTEMPT = 20.0
_CONNECT = 5.0


@dataclass(frozen=True)
class Answer:
    """What came of an attempt: the HTTP status (0: none), in words, and the seconds that Retry-After asks for."""

    status: int
    words: str
    retry_after: float = 0.0

    @property
    def is_delivered(self) -> bool:
        """True for any 2xx."""
        return 200 <= self.status < 300

    @property
    def is_gone(self) -> bool:
        """True if the subscriber wants nothing any more."""
        return self.status == 410


def signature(secret: bytes, delivery_id: str, timestamp: int, body: bytes) -> str:
    """The header webhook-signature."""
    signed = b"%b.%d.%b" % (delivery_id.encode(), timestamp, body)
    return f"v1,{base64.b64encode(hmac.digest(secret, signed, hashlib.sha256)).decode()}"


def send(url: str, secret: bytes, delivery_id: str, body: bytes, now: int, *, private_allowed: bool = False) -> Answer:
    """Post `body` once, signed for `now` (seconds since 1970). Never raises for what the other side does."""
    headers = {
        "content-type": "application/cloudevents+json",
        "user-agent": "Corridor",
        "webhook-id": delivery_id,
        "webhook-timestamp": str(now),
        "webhook-signature": signature(secret, delivery_id, now, body),
    }
    try:
        target = find(url, private_allowed=private_allowed)
        return _post(target, headers, body)
    except AddressRefused as problem:
        return Answer(0, str(problem))
    except (OSError, http.client.HTTPException) as problem:
        return Answer(0, f"no answer: {type(problem).__name__}")


def _post(target: Target, headers: dict[str, str], body: bytes) -> Answer:
    connection = _Pinned(target)
    # A socket's own time-out begins anew with every byte; this ends the attempt as a whole.
    deadline = threading.Timer(WHOLE_ATTEMPT, connection.cut)
    deadline.daemon = True
    deadline.start()
    try:
        connection.request("POST", target.path, body, headers)
        answer = connection.getresponse()
        if connection.was_cut:
            raise TimeoutError
        return Answer(answer.status, f"HTTP {answer.status}", _seconds(answer.getheader("retry-after")))
    finally:
        deadline.cancel()
        connection.close()


class _Pinned(http.client.HTTPConnection):
    """Connects to the IP that was checked; the name stands in the Host header and in the certificate."""

    def __init__(self, target: Target) -> None:
        super().__init__(target.host, target.port, timeout=_CONNECT)
        self._target = target
        self.was_cut = False
        if target.is_tls:
            self.default_port = 443

    def connect(self) -> None:
        """Connect, with TLS if the address says https."""
        self.sock = socket.create_connection((self._target.ip, self._target.port), _CONNECT)
        if self._target.is_tls:
            self.sock = ssl.create_default_context().wrap_socket(self.sock, server_hostname=self._target.host)
        self.sock.settimeout(WHOLE_ATTEMPT)

    def cut(self) -> None:
        """End what is going on, from another thread."""
        self.was_cut = True
        if self.sock is not None:
            with contextlib.suppress(OSError):
                self.sock.shutdown(socket.SHUT_RDWR)


def _seconds(text: str | None) -> float:
    return min(float(text), 86_400.0) if text is not None and text.isdigit() else 0.0
