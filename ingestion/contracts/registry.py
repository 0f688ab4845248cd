"""Read the contract folders once and compile a validator for the whole event of each type."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path
from typing import Any

from jsonschema_rs import Draft202012Validator, RegexOptions

from ingestion.contracts.resolve import FOLDER, ContractError, resolve


@dataclass(frozen=True)
class Identifier:
    """A property of data that holds a plain identifier, and the property its token takes."""

    plain: str
    token: str
    kind: str


@dataclass(frozen=True)
class Contract:
    """One event type. `schema` describes data, `event_schema` the envelope with it; both are self-contained."""

    type: str
    folder: Path
    schema: dict[str, Any]
    event_schema: dict[str, Any]
    validator: Draft202012Validator
    description: str
    unit: str
    data_class: str
    place_from_data: bool
    #: An event of the programme as a whole may leave the city out.
    city_optional: bool
    #: Only keys of this role may send it; None = every key whose scope covers the type.
    role: str | None
    identifiers: tuple[Identifier, ...]
    integers: tuple[str, ...]
    ordered: tuple[tuple[tuple[str, ...], tuple[str, ...]], ...]
    #: Paths within data of what people word as they like; "*" stands for every member of a list.
    free_texts: tuple[tuple[str, ...], ...]
    #: Properties of data that are codes of other records, or links: worded by the sender, and no prose.
    references: tuple[str, ...]

    @cached_property
    def worded(self) -> frozenset[str]:
        """The fields of data whose words are the sender's own: free texts, and what names other records."""
        return frozenset({path[0] for path in self.free_texts} | set(self.references))

    @cached_property
    def free_names(self) -> tuple[str, ...]:
        """The fields of data that are free texts or hold some."""
        return tuple(sorted({path[0] for path in self.free_texts}))

    @cached_property
    def about_a_person(self) -> bool:
        """True if data names a person or household, so that one city's key must make its token."""
        return bool(self.identifiers)


@cache
def contracts() -> dict[str, Contract]:
    """Every contract by its event type, such as person.registered.v1."""
    return read_contracts(FOLDER)


def read_contracts(folder: Path) -> dict[str, Contract]:
    """The contracts of a folder; shared definitions are always those of common.json here. Raises ContractError."""
    found = [_read(path.parent) for path in sorted(folder.glob("*/v*/schema.json"))]
    return {contract.type: contract for contract in found}


@cache
def envelope_schema() -> dict[str, Any]:
    """The schema of the CloudEvents attributes; data is any object."""
    schema: dict[str, Any] = json.loads((FOLDER / "envelope.json").read_text(encoding="utf-8"))
    return schema


@cache
def envelope_validator() -> Draft202012Validator:
    """Validates the attributes alone: for `void` events and for events of an unknown type."""
    return compile_validator(envelope_schema())


def compile_validator(schema: dict[str, Any]) -> Draft202012Validator:
    """A validator that asserts formats; its regular expressions run in linear time."""
    return Draft202012Validator(schema, validate_formats=True, pattern_options=RegexOptions())


def _read(folder: Path) -> Contract:
    name = f"{folder.parent.name}.{folder.name}"
    description = folder / "description.md"
    if not description.exists():
        raise ContractError(f"{folder} has no description.md: say what the event is, when to send it, and an example.")
    try:
        schema = resolve(json.loads((folder / "schema.json").read_text(encoding="utf-8")))
        unit, data_class, place = (schema[f"x-corridor-{k}"] for k in ("unit", "class", "city"))
    except (ValueError, KeyError) as error:
        raise ContractError(f"{folder / 'schema.json'} cannot be used: {type(error).__name__} {error}.") from error
    event_schema = envelope_schema() | {
        "title": schema["title"],
        "properties": envelope_schema()["properties"] | {"type": {"const": name}, "data": schema},
    }
    return Contract(
        type=name,
        folder=folder,
        schema=schema,
        event_schema=event_schema,
        validator=compile_validator(event_schema),
        description=description.read_text(encoding="utf-8").strip(),
        unit=unit,
        data_class=data_class,
        place_from_data=place == "from_place",
        city_optional=place == "optional",
        role=schema.get("x-corridor-role"),
        identifiers=tuple(_identifiers(schema, folder)),
        integers=tuple(n for n, p in schema["properties"].items() if p.get("type") == "integer"),
        ordered=tuple(_ordered(schema)),
        free_texts=tuple(_free_texts(schema)),
        references=tuple(name for name in schema["properties"] if name.endswith("_ref") or name == "url"),
    )


def _identifiers(schema: dict[str, Any], folder: Path) -> list[Identifier]:
    found = []
    for plain, definition in schema["properties"].items():
        kind = definition.get("x-corridor-identifier")
        if kind is None:
            continue
        token = f"{plain.removesuffix('_id')}_token"
        if token not in schema["properties"]:
            raise ContractError(
                f"{folder / 'schema.json'}: {plain} is an identifier, so {token} must be a property too."
            )
        found.append(Identifier(plain=plain, token=token, kind=kind))
    return found


def _ordered(schema: dict[str, Any], path: tuple[str, ...] = ()) -> list[tuple[tuple[str, ...], tuple[str, ...]]]:
    """Pairs of paths within data of which the first must not be greater than the second."""
    pairs = [((*path, low), (*path, high)) for low, high in schema.get("x-corridor-ordered", [])]
    for name, definition in schema.get("properties", {}).items():
        if isinstance(definition, dict):
            pairs += _ordered(definition, (*path, name))
    return pairs


def _free_texts(schema: dict[str, Any], path: tuple[str, ...] = ()) -> list[tuple[str, ...]]:
    is_leaf = "properties" not in schema and "items" not in schema
    found = [path] if is_leaf and schema.get("x-corridor-free-text") else []
    for name, definition in schema.get("properties", {}).items():
        found += _free_texts(definition, (*path, name))
    items = schema.get("items")
    if isinstance(items, dict):
        marked = bool(schema.get("x-corridor-free-text") or items.get("x-corridor-free-text"))
        found += _free_texts({**items, "x-corridor-free-text": marked}, (*path, "*"))
    return found
