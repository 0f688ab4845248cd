"""The OpenAPI 3.1 document: the plain ASGI routes described from the contracts, and problems for every route."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from fastapi import FastAPI

from ingestion.contracts.generate.openapi import event_components
from ingestion.contracts.registry import Contract, contracts
from ingestion.gateway.decode import MAX_EVENTS

_SCHEMAS = "#/components/schemas/"
_PROBLEM = {"application/problem+json": {"schema": {"$ref": f"{_SCHEMAS}problem"}}}
_SECURITY: list[dict[str, list[str]]] = [{"key": []}, {"bearer": []}, {"webhook": []}]

#: What both routes for events may answer beside results.
_PROBLEMS = {
    "400": "The body is not JSON, cannot be unpacked, or is no array where the content type says batch.",
    "401": "No key, or one that is unknown, revoked or expired; or a signature that does not fit or is too old.",
    "405": "Only POST.",
    "408": "Headers or body did not arrive in time.",
    "411": "Neither Content-Length nor Transfer-Encoding.",
    "413": "More than 4 MiB, 8 MiB unpacked, 1,000 events, or 256 KiB for one event.",
    "414": "The address is longer than 4 KiB.",
    "415": "Not CloudEvents in JSON, or compressed otherwise than once with gzip or zstd.",
    "429": "More requests, events or failed tries than allowed; nothing is stored. Retry after `Retry-After`.",
    "431": "Headers of more than 32 KiB.",
    "500": "A fault of the gateway. Send the same events with the same ids again.",
    "503": "Not stored: send the same events with the same ids again after `Retry-After`.",
}
_STORING = {
    "403": ("Every event lies outside what the key may write; `results` says why.", "refused"),
    "422": ("Every event was refused; `results` says why.", "refused"),
    "507": ("Not stored, the disk is full: send the same again after `Retry-After`.", "problem"),
}
#: Paths whose every answer is listed.
_EXACT = ("/v1/events", "/v1/validate")
_RETRIED = ("429", "503", "507")


def describe(pages: FastAPI) -> None:
    """Let `pages` describe the routes that do not pass through it, too."""
    make = pages.openapi

    def openapi() -> dict[str, Any]:
        if pages.openapi_schema is None:
            document = make()
            document["paths"] = {**document["paths"], **events_paths()}
            _add_problems(document["paths"])
            components = document.setdefault("components", {})
            found = event_components(contracts())
            components["schemas"] = {**_without_validation(components), **found["schemas"], **_answers()}
            components["examples"] = found["examples"]
            components["headers"] = {
                "RetryAfter": {"description": "Seconds to wait.", "schema": {"type": "integer", "minimum": 1}}
            }
            components["securitySchemes"] = {
                "key": {"type": "apiKey", "in": "header", "name": "X-API-Key"},
                "bearer": {"type": "http", "scheme": "bearer"},
                "webhook": {
                    "type": "apiKey",
                    "in": "header",
                    "name": "webhook-signature",
                    "description": "Standard Webhooks, with webhook-id and webhook-timestamp; ?key_id= names the key.",
                },
            }
        return pages.openapi_schema or document

    pages.openapi = openapi  # type: ignore[method-assign]


def events_paths() -> dict[str, Any]:
    """The path items of the two routes for events."""
    storing = {
        "202": _results("At least one event is durable, or came before; `results` answers for each event.", "accepted")
        | {"headers": {"Location": {"description": "The receipt.", "schema": {"type": "string"}}}},
        **{status: _answer(status, text, schema) for status, (text, schema) in _STORING.items()},
    }
    checking = {"200": _results("What would become of each event. Nothing is stored.", "checked")}
    return {
        "/v1/events": {
            "post": _operation(
                "send",
                "Send one event, or up to 1,000",
                "CloudEvents 1.0, structured, batched or binary. An answer of 202 means durable. Of a name that a "
                "JSON object gives twice, the last value counts.",
                storing,
            )
        },
        "/v1/validate": {
            "post": _operation(
                "validate",
                "Try events: the same answers, and nothing is stored",
                "Takes what /v1/events takes, with the same key and limits.",
                checking,
            )
        },
    }


def _operation(name: str, summary: str, description: str, answers: Mapping[str, Any]) -> dict[str, Any]:
    examples = {
        f"{contract.type}": {"$ref": f"#/components/examples/{contract.type}.{_sample(contract)}"}
        for contract in contracts().values()
    }
    problems = {status: _answer(status, text, "problem") for status, text in _PROBLEMS.items()}
    return {
        "operationId": name,
        "tags": ["events"],
        "summary": summary,
        "description": description,
        "security": _SECURITY,
        "parameters": [
            {
                "name": "key_id",
                "in": "query",
                "description": "With a signature: the id of the key that signs.",
                "schema": {"type": "string", "pattern": "^[0-9a-f]{8}$"},
            },
            {
                "name": "Content-Encoding",
                "in": "header",
                "description": "How the body is compressed.",
                "schema": {"type": "string", "enum": ["gzip", "zstd", "identity"]},
            },
        ],
        "requestBody": {
            "required": True,
            "content": {
                "application/cloudevents+json": {"schema": {"$ref": f"{_SCHEMAS}event"}, "examples": examples},
                "application/cloudevents-batch+json": {
                    "schema": {"type": "array", "maxItems": MAX_EVENTS, "items": {"$ref": f"{_SCHEMAS}event"}}
                },
                "application/json": {
                    "schema": {"type": "object", "description": "data; the attributes stand in ce-* headers."}
                },
            },
        },
        "responses": dict(sorted({**problems, **answers}.items())),
    }


def _sample(contract: Contract) -> str:
    return sorted(path.name for path in contract.folder.glob("*.pass.json"))[0].removesuffix(".pass.json")


def _answer(status: str, text: str, schema: str) -> dict[str, Any]:
    answer: dict[str, Any] = {
        "description": text,
        "content": {"application/problem+json": {"schema": {"$ref": f"{_SCHEMAS}{schema}"}}},
    }
    if status in _RETRIED:
        answer["headers"] = {"Retry-After": {"$ref": "#/components/headers/RetryAfter"}}
    return answer


def _results(text: str, schema: str) -> dict[str, Any]:
    return {"description": text, "content": {"application/json": {"schema": {"$ref": f"{_SCHEMAS}{schema}"}}}}


def _answers() -> dict[str, Any]:
    """The schemas of what the gateway answers."""
    text, number = {"type": "string"}, {"type": "integer", "minimum": 0}
    result = {
        "type": "object",
        "properties": {
            "index": {**number, "description": "Place of the event in the request, from 0."},
            "id": {"type": ["string", "null"]},
            "status": {"enum": ["accepted", "duplicate", "rejected"]},
            "code": {**text, "description": "Stable; see docs/reference/answers.md."},
            "pointer": {**text, "description": "JSON pointer to the trouble within the event."},
            "detail": {**text, "description": "What to do, in the language of Accept-Language."},
        },
        "required": ["index", "id", "status"],
    }
    counts = {
        "accepted": number,
        "duplicates": number,
        "rejected": number,
        "results": {"type": "array", "items": {"$ref": f"{_SCHEMAS}result"}},
    }
    problem = {
        "type": "object",
        "description": "RFC 9457.",
        "properties": {
            "type": {**text, "format": "uri"},
            "title": text,
            "status": {"type": "integer"},
            "detail": text,
            "code": text,
        },
        "required": ["type", "title", "status", "detail", "code"],
    }
    receipt = {"type": ["string", "null"], "description": "For GET /v1/receipts/{id}."}
    with_receipt = {"receipt": receipt, **counts}
    return {
        "problem": problem,
        "result": result,
        "accepted": {"type": "object", "properties": with_receipt, "required": list(with_receipt)},
        "checked": {
            "type": "object",
            "properties": {"stored": {"const": False}, **counts},
            "required": ["stored", *counts],
        },
        "refused": {
            "allOf": [
                {"$ref": f"{_SCHEMAS}problem"},
                {"type": "object", "properties": with_receipt},
            ]
        },
    }


def _add_problems(paths: dict[str, Any]) -> None:
    """What FastAPI calls a validation error is a problem here; and any page may answer with one."""
    for path, item in paths.items():
        if path in _EXACT:
            continue
        for operation in item.values():
            answers = operation["responses"]
            if "HTTPValidationError" in str(answers.get("422")):
                answers["422"] = {"description": "A parameter is not valid.", "content": _PROBLEM}
            answers.setdefault("default", {"description": "A problem.", "content": _PROBLEM})


def _without_validation(components: dict[str, Any]) -> dict[str, Any]:
    schemas = components.get("schemas", {})
    return {name: schema for name, schema in schemas.items() if "ValidationError" not in name}
