"""The client against a server that plays trouble: the same bytes again until there is an answer, and no longer."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from ingestion.partner_client import corridor_client
from ingestion.partner_client.corridor_client import MAX_BATCH_BYTES, SendError, send_events


class _Server(ThreadingHTTPServer):
    """Answers with the statuses of `script`, then with an acceptance of everything."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.script: list[int] = []
        self.bodies: list[bytes] = []

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"


class _Handler(BaseHTTPRequestHandler):
    server: _Server

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.bodies.append(body)
        status = self.server.script.pop(0) if self.server.script else 202
        if status == 0:
            self.close_connection = True
            return
        events = json.loads(body)
        answer: dict[str, Any] = {"code": "some_code", "detail": "Some detail."}
        if status in (202, 422):
            state = "accepted" if status == 202 else "rejected"
            answer |= {"results": [{"index": n, "id": e["id"], "status": state} for n, e in enumerate(events)]}
        content = json.dumps(answer).encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *_: Any) -> None:
        """Say nothing."""


@pytest.fixture
def server() -> Iterator[_Server]:
    with _Server() as made:
        thread = threading.Thread(target=made.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield made
        made.shutdown()
        thread.join()


class _QuickClock:
    """A clock on which a second takes 50 ms."""

    def monotonic(self) -> float:
        return time.monotonic() * 20

    def sleep(self, seconds: float) -> None:
        time.sleep(seconds / 20)


@pytest.fixture(autouse=True)
def _quick_clock(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(corridor_client, "clock", _QuickClock())


def _events(count: int, **more: Any) -> list[dict[str, Any]]:
    return [{"id": f"e{number}", **more} for number in range(count)]


def test_batches__keep_the_order_and_number_the_events(server: _Server) -> None:
    seen: list[tuple[int, str]] = []
    summary = send_events(
        _events(7), "key", server.url, lambda index, result: seen.append((index, result["id"])), batch_size=3
    )
    assert (summary.accepted, summary.rejected) == (7, [])
    assert seen == [(number, f"e{number}") for number in range(7)]
    assert [len(json.loads(body)) for body in server.bodies] == [3, 3, 1]


@pytest.mark.parametrize("trouble", [503, 429, 502, 504, 507, 0])
def test_trouble__the_same_bytes_again(server: _Server, trouble: int) -> None:
    server.script = [trouble, trouble]
    assert send_events(_events(2), "key", server.url).accepted == 2
    assert len(server.bodies) >= 3
    assert len(set(server.bodies)) == 1


def test_rejected__is_told_with_its_place(server: _Server) -> None:
    server.script = [202, 422]
    summary = send_events(_events(4), "key", server.url, batch_size=2)
    assert summary.accepted == 2
    assert [(each["index"], each["id"]) for each in summary.rejected] == [(2, "e2"), (3, "e3")]


@pytest.mark.parametrize("status", [400, 401, 403, 404, 413, 500])
def test_refused_request__is_not_repeated(server: _Server, status: int) -> None:
    server.script = [status]
    with pytest.raises(SendError, match="Some detail") as caught:
        send_events(_events(1), "key", server.url)
    assert (caught.value.status, caught.value.code) == (status, "some_code")
    assert len(server.bodies) == 1


def test_no_answer_in_time__says_how_far_it_came(server: _Server) -> None:
    server.script = [202] + [503] * 50
    with pytest.raises(SendError, match=r"from number 2 on: it answered 503 \(some_code\)"):
        send_events(_events(3), "key", server.url, batch_size=2, give_up_after=0.5)


def test_nobody_there__says_so() -> None:
    with pytest.raises(SendError, match="ConnectError"):
        send_events(_events(1), "key", "http://127.0.0.1:1", give_up_after=0.3)


def test_large_events__go_in_smaller_batches(server: _Server) -> None:
    send_events(_events(5, text="x" * (MAX_BATCH_BYTES // 2)), "key", server.url)
    assert len(server.bodies) > 2
    assert max(len(body) for body in server.bodies) < 4 * 1024 * 1024
