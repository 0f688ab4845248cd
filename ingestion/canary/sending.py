"""Send a canary to the gateway as any partner would."""

from __future__ import annotations

import json
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from urllib.parse import urlsplit

from ingestion.canary.canary import Canary

_PATIENCE = 8.0


def send(canary: Canary, gateway_url: str, key: str) -> str:
    """Post it; returns what went wrong in a few words, or nothing when it was accepted."""
    parts = urlsplit(gateway_url)
    kind = HTTPSConnection if parts.scheme == "https" else HTTPConnection
    connection = kind(parts.hostname or "", parts.port, timeout=_PATIENCE)
    try:
        connection.request(
            "POST",
            f"{parts.path.rstrip('/')}/v1/events",
            body=canary.body(),
            headers={"content-type": "application/cloudevents+json", "x-api-key": key},
        )
        answer = connection.getresponse()
        text = answer.read()
    except (OSError, HTTPException) as error:
        return f"the gateway does not answer ({type(error).__name__})"
    finally:
        connection.close()
    try:
        results = json.loads(text).get("results") or [{}]
    except (ValueError, AttributeError):
        results = [{}]
    # Sent again after an answer was lost: it is known, and that is as good.
    if answer.status < 300 and results[0].get("status") in ("accepted", "duplicate"):
        return ""
    return f"the gateway answered {answer.status} {results[0].get('code') or ''}".strip()
