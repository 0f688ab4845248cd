"""The contracts of the last release, kept in one file to compare with."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ingestion.contracts.registry import Contract, envelope_schema
from ingestion.contracts.resolve import FOLDER, resolve, shared_definitions

RELEASED = FOLDER / "released.json"
ENVELOPE = "envelope"
#: Words for people: they may change at any time.
_WORDS = {"title", "description", "$comment", "$schema", "x-corridor-message", "x-corridor-column"}


def release_text(known: Mapping[str, Contract]) -> str:
    """The file of a release: shared definitions, envelope and each type as written, without words for people."""
    types = {
        name: bare(json.loads((contract.folder / "schema.json").read_text(encoding="utf-8")))
        for name, contract in known.items()
    }
    definitions = {name: bare(schema) for name, schema in shared_definitions().items()}
    whole = {"definitions": definitions, ENVELOPE: bare(envelope_schema()), "types": types}
    return json.dumps(whole, indent=1, ensure_ascii=False) + "\n"


def released(path: Path | None = None) -> dict[str, dict[str, Any]]:
    """The schemas of the last release by event type, and the envelope's, without references; {} before the first."""
    path = path or RELEASED
    if not path.exists():
        return {}
    whole = json.loads(path.read_text(encoding="utf-8"))
    types = {name: resolve(schema, whole["definitions"]) for name, schema in whole["types"].items()}
    return {ENVELOPE: whole[ENVELOPE], **types}


def present(known: Mapping[str, Contract]) -> dict[str, dict[str, Any]]:
    """The schemas as they are now, in the form of released()."""
    return {ENVELOPE: bare(envelope_schema()), **{name: bare(contract.schema) for name, contract in known.items()}}


def bare(schema: Any) -> Any:
    """`schema` without words for people; a property may be called title all the same."""
    if isinstance(schema, list):
        return [bare(item) for item in schema]
    if not isinstance(schema, dict):
        return schema
    by_name = ("properties", "dependentRequired")
    return {
        keyword: {name: bare(value) for name, value in content.items()} if keyword in by_name else bare(content)
        for keyword, content in schema.items()
        if keyword not in _WORDS
    }
