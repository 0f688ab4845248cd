"""The columns of an event type in a table: the same names in CSV, in XLSX and (with `__` for `.`) in forms."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any, Literal

from ingestion.contracts.registry import Contract, envelope_schema
from ingestion.contracts.resolve import ContractError

Kind = Literal["text", "integer", "number", "boolean", "date", "time", "list"]

#: Column -> attribute of the envelope. All else that a file needs (id, source, type, ...) its reader fills in.
ENVELOPE = {"record_id": "subject", "time": "time", "city": "city", "operation": "operation"}
#: Between the members of a list in one cell.
LIST_SEPARATOR = ";"
_REQUIRED_ATTRIBUTES = {"subject", "time"}


@dataclass(frozen=True)
class Column:
    """One column of a table of events.

    `path` leads into the event: ("subject",) or ("data", "place", "code"). `required` holds for every row; a field that
    is required only within an optional part has `required_within`, the name of that part. `nullable` = null is a
    value of its own: the word null says it and, where the column is required, an empty cell. `definition` is the
    resolved schema of the value, with its bounds and patterns.
    """

    name: str
    path: tuple[str, ...]
    kind: Kind
    title: str
    description: str
    required: bool
    required_within: str | None
    nullable: bool
    #: Codes of the value, or of each member of a list; empty = anything the definition allows.
    enum: tuple[str, ...]
    unit: str | None
    #: A value outside is accepted, with a warning.
    plausible: tuple[float, float] | None
    free_text: bool
    #: "person" or "household": the value becomes a token before anything is stored.
    identifier: str | None
    #: The name of the identifier column that this column of tokens stands in for.
    token_of: str | None
    definition: Mapping[str, Any]


def columns(contract: Contract) -> list[Column]:
    """Every column that a file of this type may have: the envelope's first, then the fields of data in their order.

    Raises ContractError if a field cannot be a column: a list of objects, or a name that the envelope takes.
    """
    attributes = envelope_schema()["properties"]
    found = [
        _column(name, (attribute,), attributes[attribute], required=attribute in _REQUIRED_ATTRIBUTES)
        for name, attribute in ENVELOPE.items()
    ]
    tokens = {identifier.token: identifier.plain for identifier in contract.identifiers}
    for column in _fields(contract.schema, (), required=True, within=None):
        if column.name in ENVELOPE:
            raise ContractError(
                f"{contract.folder / 'schema.json'}: the field {column.name} has the name of a column of the envelope. "
                "Give it another name."
            )
        found.append(replace(column, token_of=tokens.get(column.name)))
    return found


def template_columns(contract: Contract) -> list[Column]:
    """The columns for who fills in a table by hand: no tokens; the identifier is required if one of both is."""
    needed = required_identifiers(contract)
    return [
        replace(column, required=True) if column.name in needed else column
        for column in columns(contract)
        if column.token_of is None
    ]


def required_identifiers(contract: Contract) -> set[str]:
    """The plain identifiers of which every event gives either the identifier or its token."""
    rules = [contract.schema, *contract.schema.get("allOf", ())]
    asked = [{name for branch in rule.get("oneOf", ()) for name in branch.get("required", ())} for rule in rules]
    return {i.plain for i in contract.identifiers if any({i.plain, i.token} <= names for names in asked)}


def _fields(
    schema: Mapping[str, Any], path: tuple[str, ...], *, required: bool, within: str | None
) -> Iterator[Column]:
    for name, definition in schema["properties"].items():
        here = (*path, name)
        asked = name in schema.get("required", ())
        if "properties" in definition:
            surely = required and asked
            yield from _fields(definition, here, required=surely, within=None if surely else ".".join(here))
        else:
            yield _column(
                ".".join(here),
                ("data", *here),
                definition,
                required=required and asked,
                within=within if asked and not required else None,
            )


def _column(
    name: str, path: tuple[str, ...], definition: Mapping[str, Any], *, required: bool, within: str | None = None
) -> Column:
    kinds = definition.get("type", "string")
    kinds = {kinds} if isinstance(kinds, str) else set(kinds)
    codes = definition.get("items", {}).get("enum", ()) if "array" in kinds else definition.get("enum", ())
    plausible = definition.get("x-corridor-plausible")
    return Column(
        name=name,
        path=path,
        kind=_kind(name, kinds, definition),
        title=definition["title"],
        description=definition["description"],
        required=required,
        required_within=within,
        nullable="null" in kinds and path[0] == "data",
        enum=tuple(code for code in codes if code is not None),
        unit=definition.get("x-corridor-unit"),
        plausible=None if plausible is None else (plausible[0], plausible[1]),
        free_text=bool(definition.get("x-corridor-free-text")),
        identifier=definition.get("x-corridor-identifier"),
        token_of=None,
        definition=definition,
    )


def _kind(name: str, kinds: set[str], definition: Mapping[str, Any]) -> Kind:
    if "array" in kinds:
        if "properties" in definition.get("items", {}):
            raise ContractError(
                f"{name} is a list of objects, which one cell cannot hold: give the parts names instead."
            )
        return "list"
    if name == "time" or definition.get("format") == "date-time":
        return "time"
    if definition.get("format") == "date":
        return "date"
    if "integer" in kinds:
        return "integer"
    if "number" in kinds:
        return "number"
    if "boolean" in kinds:
        return "boolean"
    if "object" in kinds:
        raise ContractError(f"{name} is an object without named fields, which a table cannot hold.")
    return "text"
