"""The columns of the staging model of an event type, over all its versions."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from ingestion.contracts.columns import Column, columns
from ingestion.contracts.registry import Contract
from ingestion.contracts.resolve import ContractError

#: What every model has before the fields of data (macro event_columns).
EVENT_COLUMNS = (
    "record_key",
    "programme_code",
    "source",
    "event_id",
    "event_type",
    "subject",
    "city",
    "operation",
    "occurred_at",
    "received_at",
    "occurred_on",
    "month_start",
)
_TYPES = {"integer": "numeric", "number": "numeric", "boolean": "boolean", "date": "date", "time": "timestamptz"}
_LONGEST_NAME = 63


@dataclass(frozen=True)
class StagedColumn:
    """One column: its name, its SQL type (text, numeric, boolean, date, timestamptz or jsonb), and where it comes from.

    `paths` holds the path into data for each event type (with its version) that has the field; `if_absent` is the value
    for an event without it, None = null.
    """

    name: str
    sql_type: str
    description: str
    paths: Mapping[str, tuple[str, ...]]
    if_absent: str | bool | None


def by_entity_and_verb(known: Mapping[str, Contract]) -> dict[str, list[Contract]]:
    """The versions of each type, such as person.registered: the oldest first."""
    ordered = sorted(known.values(), key=lambda contract: (entity_and_verb(contract.type), version(contract.type)))
    return {name: list(group) for name, group in groupby(ordered, key=lambda c: entity_and_verb(c.type))}


def entity_and_verb(event_type: str) -> str:
    """`person.registered` of `person.registered.v1`."""
    return event_type.rpartition(".")[0]


def version(event_type: str) -> int:
    """1 of `person.registered.v1`."""
    return int(event_type.rpartition(".v")[2])


def staged_columns(versions: Iterable[Contract]) -> list[StagedColumn]:
    """The fields of data as columns; a field that only some versions have is null for the others.

    Raises ContractError if two fields take one name, or one column has two types.
    """
    found: dict[str, StagedColumn] = {}
    for contract in versions:
        taken = set(EVENT_COLUMNS)
        for column in columns(contract):
            if column.path[0] != "data" or column.identifier:  # the plain identifier is never stored
                continue
            staged = _staged(contract, column)
            if staged.name in taken:
                raise ContractError(
                    f"{contract.folder / 'schema.json'}: {column.name} would be the column {staged.name}, which is "
                    "taken. Give the field an x-corridor-column."
                )
            taken.add(staged.name)
            found[staged.name] = _merge(contract, found.get(staged.name), staged)
    return list(found.values())


def _staged(contract: Contract, column: Column) -> StagedColumn:
    path = column.path[1:]
    name = column.definition.get("x-corridor-column") or _default_name(path)
    if len(name) > _LONGEST_NAME:
        raise ContractError(f"{contract.type}: the column {name} is longer than {_LONGEST_NAME} letters.")
    return StagedColumn(
        name=name,
        sql_type="jsonb" if column.kind == "list" else _TYPES.get(column.kind, "text"),
        description=_description(column),
        paths={contract.type: path},
        if_absent=_if_absent(contract, column),
    )


def _default_name(path: tuple[str, ...]) -> str:
    """`period_start` of period.start; the amount of a sum of money has the name of the sum."""
    if len(path) > 1 and path[-1] == "amount":
        path = path[:-1]
    return "_".join(path)


def _if_absent(contract: Contract, column: Column) -> Any:
    if "x-corridor-if-absent" in column.definition:
        return column.definition["x-corridor-if-absent"]
    # What a person did not tell is not_collected, so that parts always add to their whole.
    asked_of_a_person = contract.about_a_person and "x-corridor-dimension" in column.definition
    return "not_collected" if asked_of_a_person and "not_collected" in column.enum else None


def _description(column: Column) -> str:
    unit = f" In {column.unit}." if column.unit else ""
    return f"{column.description}{unit}"


def _merge(contract: Contract, older: StagedColumn | None, newer: StagedColumn) -> StagedColumn:
    if older is None:
        return newer
    if (older.sql_type, older.if_absent) != (newer.sql_type, newer.if_absent):
        raise ContractError(
            f"{contract.folder / 'schema.json'}: {newer.name} is {newer.sql_type} here and {older.sql_type} in "
            f"{', '.join(older.paths)}. One column has one type: give the new field another name or x-corridor-column."
        )
    return StagedColumn(newer.name, newer.sql_type, newer.description, {**older.paths, **newer.paths}, newer.if_absent)
