"""Visits that carry made-up identifiers: the partner pages, uploads that break off, and what is no HTTP."""

from __future__ import annotations

import json
import re
import socket
from collections.abc import Callable
from urllib.parse import quote, urlsplit

import httpx

from tests.planted_requests import Sender

_TOKEN = re.compile(r'name="form_token" value="([^"]+)"')
_LARGE = 3 * 1024 * 1024


def visit_pages(client: httpx.Client, sender: Sender) -> None:
    """Sign in with wrong keys and the right one, and write identifiers into every field of every page."""
    p = sender.planted
    for wrong in (p.email, f"{sender.key}{p.core}"):
        assert client.post("/partner/sign-in", data={"key": wrong, "who": p.name}).status_code in (401, 500)
    assert client.post("/partner/sign-in", data={"key": sender.key}).status_code == 303
    page = client.get("/partner/files", params={"type": p.email, "lang": p.core, "who": p.name})
    found = _TOKEN.search(page.text)
    assert found is not None, page.text[:500]
    form = {"form_token": found[1], p.core: p.name}
    for text in (p.name, json.dumps(sender.event()), json.dumps(sender.event(data={p.name: p.email, "desk": p.phone}))):
        client.post("/partner/try", data={**form, "event": text})
    rows = f"record_id,time,city,person_id,sex\n{p.email},2017-03-02,ADAMA,{p.person},{p.name}\n".encode()
    file = {"file": (f"{p.email}.csv", rows, f"text/{p.core}")}
    sent = client.post("/partner/files", data={**form, "type": "person.registered.v1"}, files=file)
    assert sent.status_code == 200, sent.text[:500]
    for step in ("submit", "return", "validate", p.core):
        words = {"step": step, "comment": f"ask {p.email}", "narrative": f"{p.spaced_phone}", "language": p.core}
        client.post("/partner/period/ADAMA/2017-Q1", data={**form, **words})
    for path in (
        f"receipts?id={p.core}", f"receipts/{quote(p.name)}", f"files/{p.core}/rejected.csv", f"data?week={p.core}",
        f"period?city={p.core}&period={quote(p.name)}", f"period/{p.core}/{p.core}", quote(p.name),
        f"period/ADAMA/2017-Q1?recorded={p.person}",
    ):  # fmt: skip
        client.get(f"/partner/{path}")
    client.post("/partner/sign-in", content=p.name.encode() * 9, headers={"Content-Type": f"text/{p.core}"})
    part = {"key": (f"{p.email}.txt", p.name.encode() * (_LARGE // 20), "text/plain")}
    client.post("/partner/sign-in", files=part)
    client.cookies.clear()
    client.get("/partner", headers={"Cookie": f"corridor_session={p.core}; corridor_language={p.core}"})


def cut_short(url: str, sender: Sender, look: Callable[[], None]) -> None:
    """Send the first half of large bodies, `look`, and go away; then say what is no HTTP at all."""
    p = sender.planted
    rows = f"{p.email},2017-03-02,ADAMA,{p.person},{p.name}\n".encode()
    header = b"record_id,time,city,person_id,sex\n"
    form = f'--b\r\nContent-Disposition: form-data; name="file"; filename="{p.email}.csv"\r\n\r\n'.encode() + header
    for path, kind, begin in (
        ("/v1/files?type=person.registered.v1", "text/csv", header),
        ("/v1/files?type=person.registered.v1", "multipart/form-data; boundary=b", form),
        ("/partner/sign-in", "multipart/form-data; boundary=b", form),
        ("/v1/events", "application/cloudevents+json", b'{"data": "'),
        (f"/v1/kobo/{p.core}", "application/json", b'{"data": "'),
    ):
        head = f"POST {path} HTTP/1.1\r\nHost: x\r\nX-API-Key: {sender.key}\r\nContent-Type: {kind}\r\n"
        with _connect(url) as connection:
            body = begin + rows * (_LARGE // len(rows))
            connection.sendall(f"{head}Content-Length: {2 * len(body)}\r\n\r\n".encode())
            try:
                connection.sendall(body)
            except OSError:
                continue  # it was refused before it was sent
            look()
    for nonsense in (
        f"{p.name} {p.email}\r\n\r\n",
        f"GET /{p.core} HTTP/9.{p.core}\r\n\r\n",
        f"POST /v1/events HTTP/1.1\r\nHost: x\r\n{p.name}\r\n\r\n",
        f"POST /v1/events HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n{p.core}\r\n{p.name}\r\n",
        f"GET /{p.core * 2_000} HTTP/1.1\r\nHost: x\r\nX-{p.core}: {p.person * 4_000}\r\n\r\n",
    ):
        with _connect(url) as connection:
            connection.sendall(nonsense.encode())
            connection.recv(4096)


def _connect(url: str) -> socket.socket:
    address = urlsplit(url)
    assert address.hostname is not None
    assert address.port is not None
    return socket.create_connection((address.hostname, address.port), timeout=5)
