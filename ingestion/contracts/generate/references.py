"""Schemas of the contracts for documents: shared parts once, by reference, and everything else as written."""

from __future__ import annotations

import json
from typing import Any

from ingestion.contracts.registry import Contract, envelope_schema
from ingestion.contracts.resolve import resolve, shared_definitions

#: Where OpenAPI and AsyncAPI documents keep schemas.
SCHEMAS = "#/components/schemas/"
_SHARED = "common.json#/$defs/"
_LOCAL = "#/$defs/"
#: Beside a reference these only speak to people, so they may stand there; others replace what the reference says.
_ANNOTATIONS = {"title", "description", "examples", "$comment"}


def data_schema(contract: Contract) -> dict[str, Any]:
    """What the contract says of data, with references to shared_components()."""
    written = json.loads((contract.folder / "schema.json").read_text(encoding="utf-8"))
    linked: dict[str, Any] = _linked(written)
    linked.pop("$schema", None)
    return linked


def shared_components() -> dict[str, Any]:
    """The definitions of common.json and the attributes of the envelope, by the names that documents give them."""
    shared = {f"shared.{name}": _linked(schema) for name, schema in shared_definitions().items()}
    attributes = {
        f"envelope.{name}": schema
        for name, schema in envelope_schema()["properties"].items()
        if name not in ("type", "data")
    }
    return {**shared, **attributes}


def reference(name: str) -> dict[str, str]:
    """A reference to a component."""
    return {"$ref": SCHEMAS + name}


def _linked(schema: Any) -> Any:
    if isinstance(schema, list):
        return [_linked(item) for item in schema]
    if not isinstance(schema, dict):
        return schema
    target = schema.get("$ref")
    beside = {keyword for keyword in schema if keyword != "$ref" and not keyword.startswith("x-corridor-")}
    if target is None or not beside <= _ANNOTATIONS:
        whole = schema if target is None else resolve(schema)
        return {keyword: _linked(value) for keyword, value in whole.items()}
    name = target.partition(_SHARED)[2] or target.partition(_LOCAL)[2]
    return {**reference(f"shared.{name}"), **{k: v for k, v in schema.items() if k != "$ref"}}
