"""The events in OpenAPI 3.1, from the contracts, and the document of the whole gateway."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from infra.settings import REPO
from ingestion.contracts.generate.references import data_schema, reference, shared_components
from ingestion.contracts.generate.samples import pass_samples
from ingestion.contracts.registry import Contract, envelope_schema

DOCUMENT = REPO / "docs" / "reference" / "openapi.json"
_NOTHING = {"title": "Nothing", "description": "With the operation void.", "type": "object", "maxProperties": 0}


def event_components(known: Mapping[str, Contract]) -> dict[str, Any]:
    """The components `schemas` and `examples` of an OpenAPI document.

    Schemas: `event` (any of the types, told apart by `type`), one for each type by its name such as
    person.registered.v1, and the shared parts that they refer to. Examples: `<type>.<sample>` from the pass samples.
    """
    schemas = {name: _event(contract) for name, contract in known.items()}
    one_of = {
        "title": "Event",
        "description": "A CloudEvent of one of the types.",
        "oneOf": [reference(name) for name in known],
        "discriminator": {
            "propertyName": "type",
            "mapping": {name: reference(name)["$ref"] for name in known},
        },
    }
    examples = {
        f"{name}.{sample}": {"summary": f"{contract.schema['title']}: {sample.replace('-', ' ')}", "value": event}
        for name, contract in known.items()
        for sample, event in pass_samples(contract).items()
    }
    return {"schemas": {"event": one_of, **schemas, **shared_components()}, "examples": examples}


def _event(contract: Contract) -> dict[str, Any]:
    """The whole event. Only one that takes a record back may leave data empty."""
    envelope = envelope_schema()
    attributes = {
        name: reference(f"envelope.{name}") for name in envelope["properties"] if name not in ("type", "data")
    }
    return {
        "title": contract.schema["title"],
        "description": contract.schema["description"],
        "type": "object",
        "properties": {
            **attributes,
            "type": {"const": contract.type},
            "data": {"anyOf": [data_schema(contract), _NOTHING]},
        },
        "required": envelope["required"],
        "additionalProperties": False,
        "if": {"properties": {"operation": {"const": "void"}}, "required": ["operation"]},
        "else": {"properties": {"data": {"minProperties": 1}}},
    }


class _Described:
    """Stands in for a part of the gateway whose routes are described, not called: all it has is such a part again."""

    def __getattr__(self, name: str) -> _Described:
        return self

    def __call__(self, *_: Any, **__: Any) -> _Described:
        return self


def openapi_json() -> str:
    """The document of every route of the gateway, as it is committed: settings of a machine do not change it."""
    from infra.settings import Settings
    from ingestion.gateway.pages import make_pages
    from ingestion.gateway.services import Services

    parts: dict[str, Any] = dict.fromkeys(Services.__dataclass_fields__, _Described())
    settings = Settings.load({"CORRIDOR_SECRET_SESSION_KEY": "pages are described, not served"})
    document = make_pages(Services(**{**parts, "settings": settings})).openapi()
    return json.dumps(document, indent=1, ensure_ascii=False) + "\n"
