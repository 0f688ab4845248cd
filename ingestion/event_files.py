"""Read events from a file: JSON lines with one structured CloudEvent each, or CSV with a column for each field."""

from __future__ import annotations

import csv
import hashlib
import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

from ingestion.contracts.registry import Contract, contracts

_WORDS = {"true": True, "yes": True, "1": True, "false": False, "no": False, "0": False}


class EventFileError(ValueError):
    """The file cannot be read as events; the message names the row and says what to do."""


class Row(NamedTuple):
    """An event and the line of the file where it begins."""

    line: int
    event: dict[str, Any]


def read_events(path: Path, defaults: Mapping[str, str] | None = None) -> Iterator[Row]:
    """The events of a .csv file, or of any other file as JSON lines, one after the other.

    `defaults` fills attributes that a row leaves out. A row without an id gets one that follows from its
    source, subject and content, so sending an unchanged file again counts nothing twice.
    Raises EventFileError at the first row that is no event at all; contracts are checked by the gateway.
    """
    try:
        rows = _read_csv(path) if path.suffix.lower() == ".csv" else _read_lines(path)
        for line, event in rows:
            yield Row(line, _complete({**(defaults or {}), **event}))
    except UnicodeDecodeError as error:
        raise EventFileError(f"{path} is not UTF-8 text: save it as UTF-8 and send it again.") from error


def _read_lines(path: Path) -> Iterator[Row]:
    with path.open(encoding="utf-8-sig") as file:
        for number, text in enumerate(file, start=1):
            if not text.strip():
                continue
            try:
                event = json.loads(text)
            except ValueError as error:
                raise EventFileError(f"{path}, line {number} is not valid JSON: {error}.") from error
            if not isinstance(event, dict):
                raise EventFileError(f"{path}, line {number} is not a JSON object.")
            yield Row(number, event)


def _read_csv(path: Path) -> Iterator[Row]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        reader = csv.DictReader(file, strict=True)
        try:
            if reader.fieldnames is None or "subject" not in reader.fieldnames:
                raise EventFileError(
                    f"{path} has no column `subject` (your record's id). The first row must name the columns: "
                    "attributes such as type, time and subject, and the fields of data as data.sex, data.age_band."
                )
            for row in reader:
                if None in row or None in row.values():
                    raise EventFileError(f"{path}, line {reader.line_num} has more or fewer cells than the header.")
                yield Row(reader.line_num, _event_of(row))
        except csv.Error as error:
            raise EventFileError(f"{path}, line {reader.line_num} is not valid CSV: {error}.") from error


def _event_of(row: Mapping[str, str]) -> dict[str, Any]:
    """Cells as an event: an empty cell is an absent field, `data.place.code` a field within a field."""
    contract = contracts().get(row.get("type", ""))
    event: dict[str, Any] = {"data": {}}
    for column, cell in row.items():
        text = cell.strip()
        if not text:
            continue
        *parents, name = column.strip().split(".")
        holder = event
        for parent in parents:
            holder = holder.setdefault(parent, {})
        holder[name] = _value(text, contract, [*parents, name])
    return event


def _value(text: str, contract: Contract | None, path: list[str]) -> Any:
    """A cell in the type that the contract wants; as text if it has another form, for the gateway to refuse."""
    if path == ["recordversion"]:
        return int(text) if text.isdigit() else text
    if contract is None or path[0] != "data":
        return text
    definition: Any = contract.schema
    for name in path[1:]:
        definition = definition.get("properties", {}).get(name, {})
    kinds = definition.get("type", "string")
    kinds = {kinds} if isinstance(kinds, str) else set(kinds)
    if "null" in kinds and text.lower() == "null":
        return None
    if "array" in kinds:
        return [part.strip() for part in text.split(";") if part.strip()]
    if "string" in kinds:
        return text
    if "boolean" in kinds:
        return _WORDS.get(text.lower(), text)
    try:
        return int(text) if "integer" in kinds else float(text)
    except ValueError:
        return text


def _complete(event: dict[str, Any]) -> dict[str, Any]:
    event.setdefault("specversion", "1.0")
    if event.get("id") is None:
        content = json.dumps(_without_identifiers(event), sort_keys=True, ensure_ascii=False)
        event["id"] = hashlib.sha256(content.encode("utf-8", "replace")).hexdigest()[:32]
    return event


def _without_identifiers(event: dict[str, Any]) -> dict[str, Any]:
    """The id is stored as it is: a hash that covers a plain identifier would let anybody try identifiers out."""
    contract = contracts().get(str(event.get("type")))
    data = event.get("data")
    if contract is None or not isinstance(data, dict):
        return event
    plain = {identifier.plain for identifier in contract.identifiers}
    return {**event, "data": {name: value for name, value in data.items() if name not in plain}}
