"""The topics in AsyncAPI 3.0: what really stands in a record of the log."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from infra.settings import REPO
from ingestion.contracts.columns import required_identifiers
from ingestion.contracts.generate.references import data_schema, reference, shared_components
from ingestion.contracts.generate.signals import COUNT, SIGNAL, count_message, signal_message
from ingestion.contracts.registry import Contract, envelope_schema
from ingestion.topics import ACCEPTED, REJECTED, SIGNALS, SURGE_COUNTS, TOPICS, Topic

DOCUMENT = REPO / "docs" / "reference" / "asyncapi.json"
_FORMAT = "application/schema+json;version=draft-2020-12"
_INSTANT = "^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(\\.[0-9]{1,6})?Z$"
_SHORT = {ACCEPTED: "accepted", REJECTED: "rejected", SIGNALS: "signals", SURGE_COUNTS: "surge_counts"}
_KEYS = {
    ACCEPTED: "The city (or the programme, without one), then | and the subject: versions of a record stay in order.",
    REJECTED: "The partner.",
}
_REJECTED = "rejected"


def asyncapi_json(known: Mapping[str, Contract]) -> str:
    """The document as it is committed."""
    return json.dumps(document(known), indent=1, ensure_ascii=False) + "\n"


def document(known: Mapping[str, Contract]) -> dict[str, Any]:
    """The AsyncAPI document: a channel for each topic of ingestion/topics.py, a message for each event type."""
    return {
        "asyncapi": "3.0.0",
        "info": {
            "title": "Corridor's log",
            "version": "1.0.0",
            "description": "What stands in the topics. Partners do not read them: see openapi.json for the way in.",
        },
        "defaultContentType": "application/json",
        "channels": {_SHORT[topic.name]: _channel(topic, known) for topic in TOPICS},
        "operations": {
            f"write_{name}": {
                "action": "send",
                "channel": {"$ref": f"#/channels/{name}"},
                "summary": f"The gateway writes events that it {name}.",
            }
            for name in ("accepted", "rejected")
        },
        "components": {
            "messages": {
                **{name: _message(contract) for name, contract in known.items()},
                _REJECTED: _rejected_message(),
                SIGNAL: signal_message(),
                COUNT: count_message(),
            },
            "schemas": {
                **{f"data.{name}": _stored_data(contract) for name, contract in known.items()},
                **shared_components(),
            },
        },
    }


def _channel(topic: Topic, known: Mapping[str, Contract]) -> dict[str, Any]:
    names = {ACCEPTED: list(known), REJECTED: [_REJECTED], SIGNALS: [SIGNAL], SURGE_COUNTS: [COUNT]}[topic.name]
    return {
        "address": topic.name,
        "description": topic.purpose[:1].upper() + topic.purpose[1:] + ".",
        "messages": {name: {"$ref": f"#/components/messages/{name}"} for name in names},
        "bindings": {"kafka": {"topic": topic.name, "partitions": topic.partitions, "bindingVersion": "0.5.0"}},
    }


def _message(contract: Contract) -> dict[str, Any]:
    return {
        "name": contract.type,
        "title": contract.schema["title"],
        "summary": contract.schema["description"],
        "contentType": "application/json",
        "payload": {"schemaFormat": _FORMAT, "schema": accepted_schema(contract)},
        "bindings": {"kafka": {"key": {"type": "string", "description": _KEYS[ACCEPTED]}, "bindingVersion": "0.5.0"}},
    }


def accepted_schema(contract: Contract) -> dict[str, Any]:
    """The value of an accepted event: its attributes with every default filled in, and who sent it and when."""
    attributes = envelope_schema()["properties"]
    instant = {"type": "string", "pattern": _INSTANT}
    properties = {
        **{name: reference(f"envelope.{name}") for name in ("specversion", "id", "source", "subject")},
        "type": {"const": contract.type},
        "time": {**instant, "description": "When it happened, in UTC."},
        "programme": {"type": "string", "description": attributes["programme"]["description"]},
        "city": {"type": ["string", "null"], "description": "Code of the city or joint set; null where there is none."},
        "operation": {"enum": [code for code in attributes["operation"]["enum"] if code is not None]},
        "recordversion": {"type": "integer", "minimum": 1},
        "timeprecision": {"enum": [code for code in attributes["timeprecision"]["enum"] if code is not None]},
        "data": {
            "description": "What the contract describes, identifiers as tokens; empty where operation is void.",
            "anyOf": [reference(f"data.{contract.type}"), {"type": "object", "maxProperties": 0}],
        },
        "contenthash": {"type": "string", "pattern": "^[0-9a-f]{64}$", "description": "SHA-256 of the attributes."},
        "partner": {"type": "string", "description": "Whose key sent it."},
        "receivedat": {**instant, "description": "When the gateway took it."},
        "receipt": {"type": ["string", "null"], "description": "The mark of the receipt it came with."},
        "receiptindex": {"type": "integer", "description": "Its place in the request or file, from 0."},
    }
    return {"type": "object", "properties": properties, "required": list(properties), "additionalProperties": False}


def _stored_data(contract: Contract) -> dict[str, Any]:
    """data as it is stored: without the plain identifiers, which tokens replace."""
    schema = data_schema(contract)
    plain = {identifier.plain for identifier in contract.identifiers}
    rules = {f"#/components/schemas/shared.exactly_one_{i.kind}" for i in contract.identifiers}
    schema["properties"] = {name: value for name, value in schema["properties"].items() if name not in plain}
    needed = required_identifiers(contract)
    tokens = [identifier.token for identifier in contract.identifiers if identifier.plain in needed]
    schema["required"] = [*tokens, *schema.get("required", [])]
    schema["allOf"] = [rule for rule in schema.get("allOf", []) if rule.get("$ref") not in rules]
    return {keyword: value for keyword, value in schema.items() if keyword != "allOf" or value}


def _rejected_message() -> dict[str, Any]:
    text, may_be_text = {"type": "string"}, {"type": ["string", "null"]}
    properties: dict[str, Any] = {
        "receivedat": {"type": "string", "pattern": _INSTANT},
        "partner": text,
        "programme": text,
        "keyid": text,
        "receipt": may_be_text,
        "receiptindex": {"type": "integer"},
        **dict.fromkeys(("id", "source", "type", "city"), may_be_text),
        "code": {**text, "description": "Stable code of the reason, such as schema_violation."},
        "pointer": {**text, "description": "JSON pointer to what is wrong."},
        "detail": {**text, "description": "A sentence for the partner, without any value of the event."},
        "sealed": {**text, "description": "The body, sealed for the operator's key, in base64."},
    }
    schema = {"type": "object", "properties": properties, "required": list(properties), "additionalProperties": False}
    return {
        "name": _REJECTED,
        "title": "Rejected event",
        "summary": "An event that was refused: the reason in the open, the body sealed.",
        "contentType": "application/json",
        "payload": {"schemaFormat": _FORMAT, "schema": schema},
        "bindings": {"kafka": {"key": {"type": "string", "description": _KEYS[REJECTED]}, "bindingVersion": "0.5.0"}},
    }
