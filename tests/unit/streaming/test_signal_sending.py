"""Where webhooks may go, and how one attempt behaves against servers that misbehave."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from datetime import datetime

import pytest
from standardwebhooks.webhooks import Webhook

from ingestion.streaming.signals import addresses, sending
from ingestion.streaming.signals.addresses import AddressRefused, check_url, find


@pytest.mark.parametrize(
    "url",
    [
        "http://example.org/hook", "ftp://example.org", "https://", "https://user:pass@example.org/", "hook",
        "https://example.org/a\r\nhost: x", "https://example.org:99999/", "http://127.0.0.1.example.org/",
    ],
)  # fmt: skip
def test_addresses__that_are_refused(url: str) -> None:
    with pytest.raises(AddressRefused):
        check_url(url)


@pytest.mark.parametrize(
    "ip", ["10.0.0.1", "192.168.1.1", "172.16.0.1", "169.254.169.254", "127.0.0.1", "0.0.0.0", "::1", "fe80::1",
           "fc00::1", "::ffff:10.0.0.1", "100.64.0.1", "224.0.0.1", "2002:a00:1::"],
)  # fmt: skip
def test_names_that_lead_inside__are_refused_unless_allowed(ip: str, monkeypatch: pytest.MonkeyPatch) -> None:
    answer = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (ip, 443))]
    public = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("93.184.215.14", 443))]
    monkeypatch.setattr(addresses.socket, "getaddrinfo", lambda *_, **__: public + answer)
    with pytest.raises(AddressRefused, match="not public"):
        find("https://example.org/hook")
    assert find("https://example.org/hook", private_allowed=True).host == "example.org"


def test_public_name__is_pinned_to_what_was_looked_up(monkeypatch: pytest.MonkeyPatch) -> None:
    public = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("93.184.215.14", 443))]
    monkeypatch.setattr(addresses.socket, "getaddrinfo", lambda *_, **__: public)
    target = find("https://example.org/hook?a=1")
    assert (target.ip, target.port, target.path, target.is_tls) == ("93.184.215.14", 443, "/hook?a=1", True)


def test_signature__is_that_of_standard_webhooks() -> None:
    secret = bytes(range(32))
    body = b'{"a": 1}'
    expected = Webhook(secret).sign("msg_1", datetime.fromtimestamp(1_700_000_000), '{"a": 1}')
    assert sending.signature(secret, "msg_1", 1_700_000_000, body) == expected


@pytest.fixture
def port() -> Iterator[tuple[socket.socket, int]]:
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield server, server.getsockname()[1]


def _answer(server: socket.socket, *pieces: bytes, hang: threading.Event | None = None) -> threading.Thread:
    def serve() -> None:
        connection, _ = server.accept()
        with connection:
            connection.recv(65_536)
            for piece in pieces:
                connection.sendall(piece)
            if hang is not None:
                hang.wait(10)

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    return thread


def _send(port: int) -> sending.Answer:
    return sending.send(f"http://127.0.0.1:{port}/", b"s" * 32, "msg_1", b"{}", 1_700_000_000)


def test_redirect__is_not_followed(port: tuple[socket.socket, int]) -> None:
    server, number = port
    _answer(server, b"HTTP/1.1 302 Found\r\nlocation: http://127.0.0.1:1/\r\ncontent-length: 0\r\n\r\n")
    answer = _send(number)
    assert (answer.status, answer.is_delivered) == (302, False)


def test_retry_after__is_kept(port: tuple[socket.socket, int]) -> None:
    server, number = port
    _answer(server, b"HTTP/1.1 429 Too Many Requests\r\nretry-after: 120\r\ncontent-length: 0\r\n\r\n")
    assert _send(number).retry_after == 120


def test_no_http_and_no_server__are_answers_too(port: tuple[socket.socket, int]) -> None:
    server, number = port
    _answer(server, b"SSH-2.0-x\r\n\r\n")
    assert _send(number).status == 0
    server.close()
    assert "no answer" in _send(number).words


def test_server_that_never_answers__is_left_in_time(
    port: tuple[socket.socket, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sending, "WHOLE_ATTEMPT", 0.3)
    server, number = port
    done = threading.Event()
    _answer(server, b"HTTP/1.1 200 OK\r\n", hang=done)
    assert _send(number).status == 0
    done.set()
