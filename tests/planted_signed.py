"""Rightly signed requests (Standard Webhooks) that carry made-up identifiers, in what is signed and beside it."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote

from standardwebhooks import Webhook

from tests.planted_requests import BATCH, ONE, Planted, Sender


def signed_requests(sender: Sender, key_id: str, secret: str) -> Iterator[Planted]:
    """Events and what is none, signed as they are asked for: a signature is taken for minutes only."""
    p, event = sender.planted, sender.event

    def signed(what: str, status: int, sent: Any, kind: str = ONE, message: str = "", query: str = "") -> Planted:
        body = sent if isinstance(sent, bytes) else json.dumps(sent, ensure_ascii=False).encode()
        message, now = message or f"msg-{sender.number()}", datetime.fromtimestamp(int(time.time()), UTC)
        headers = {
            "Content-Type": kind,
            "webhook-id": message,
            "webhook-timestamp": str(int(now.timestamp())),
            "webhook-signature": Webhook(secret).sign(message, now, body.decode()),
        }
        return Planted(f"signed: {what}", status, body, headers, f"/v1/events?key_id={key_id}{query}")

    for spelled in (p.person, p.name_in_script, p.email, p.spaced_phone, p.number):
        yield signed("a person", 202, event(data={"person_id": spelled}))
    yield signed("an identifier as the id of the message", 202, event(), message=p.person)
    yield signed("a query", 202, event(), query=f"&person={quote(p.name)}&phone={quote(p.phone)}")
    yield signed("an unknown field", 422, event(data={"full_name": p.name}))
    yield signed("a telephone in a text", 422, event(data={"desk": f"ask {p.spaced_phone}"}))
    yield signed("an address as the subject", 422, event(subject=p.email))
    yield signed("a batch", 202, [event(), event(data={"sex": p.name}), p.name, {p.person: p.email}], BATCH)
    yield signed("no JSON", 400, f"{p.name} {p.email}".encode())
    yield signed("any kind is taken as JSON", 202, event(), f"application/{p.core}+json")
