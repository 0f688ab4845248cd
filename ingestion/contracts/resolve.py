"""Make a contract's schema self-contained: references to the shared definitions are replaced by what they name."""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).resolve().parent
_SHARED = "common.json#/$defs/"
_LOCAL = "#/$defs/"


class ContractError(RuntimeError):
    """A contract's folder is not as it must be; the message says which file and what is wrong."""


@cache
def shared_definitions() -> dict[str, Any]:
    """The definitions of common.json by name, as written."""
    definitions: dict[str, Any] = json.loads((FOLDER / "common.json").read_text(encoding="utf-8"))["$defs"]
    return definitions


def resolve(schema: Any, definitions: Mapping[str, Any] | None = None) -> Any:
    """`schema` without references. Keywords beside a reference win over those of the definition it names.

    `definitions` are those of common.json, unless others (of an earlier release) are given.
    """
    known = shared_definitions() if definitions is None else definitions
    if isinstance(schema, list):
        return [resolve(item, known) for item in schema]
    if not isinstance(schema, dict):
        return schema
    own = {keyword: resolve(value, known) for keyword, value in schema.items() if keyword != "$ref"}
    if "$ref" not in schema:
        return own
    return {**resolve(_definition(schema["$ref"], known), known), **own}


def _definition(reference: str, known: Mapping[str, Any]) -> Any:
    for marker in (_SHARED, _LOCAL):
        _, found, name = reference.partition(marker)
        if found and name in known:
            return known[name]
    raise ContractError(f"{reference!r} names no definition of {FOLDER / 'common.json'}: add it there or correct it.")
