"""POST /v1/events in OpenAPI 3.1, from the contracts: the route itself does not pass through FastAPI."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ingestion.contracts.registry import Contract

_ANSWERS = {
    "202": "At least one event is stored by all replicas; `results` answers for each event.",
    "400": "The body is not JSON, or not an array where the content type says batch.",
    "401": "No key, or one that is unknown, revoked or expired.",
    "403": "Every event lies outside what the key may write.",
    "405": "Only POST.",
    "408": "The body did not arrive in time.",
    "413": "More than 4 MiB, 1,000 events, or 256 KiB for one event.",
    "415": "Not CloudEvents in JSON, or compressed.",
    "422": "Every event was refused; `results` says why.",
    "503": "Not stored: send the same events with the same ids again after `Retry-After`.",
}


def events_paths(known: Mapping[str, Contract]) -> dict[str, Any]:
    """The OpenAPI path item of /v1/events."""
    one = {"oneOf": [_without_dialect(contract.event_schema) for contract in known.values()]}
    return {
        "/v1/events": {
            "post": {
                "summary": "Send one event, or up to 1,000",
                "description": "CloudEvents 1.0, structured, batched or binary. An answer of 202 means durable.",
                "security": [{"key": []}, {"bearer": []}],
                "requestBody": {
                    "required": True,
                    "content": {
                        "application/cloudevents+json": {"schema": one},
                        "application/cloudevents-batch+json": {
                            "schema": {"type": "array", "maxItems": 1000, "items": {"type": "object"}}
                        },
                        "application/json": {"schema": {"type": "object"}},
                    },
                },
                "responses": {status: {"description": text} for status, text in _ANSWERS.items()},
            }
        }
    }


def _without_dialect(schema: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in schema.items() if name != "$schema"}
