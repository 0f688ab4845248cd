"""Read the history file: sections with defaults, records with one figure each."""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any

import yaml

from ingestion.history.periods import Period, parse_period

HISTORY_FILE = Path(__file__).with_name("history.yaml")
KINDS = ("target", "baseline", "actual", "context", "structure")
_TEXT_FIELDS = ("indicator", "kind", "unit", "document", "phrase", "place", "period")
_OPTIONAL = {
    "value", "range", "words", "missing", "qualifier", "basis", "currency", "project", "phase", "funder",
    "dimension", "dimension_value", "evidence", "note", "version", "dated", "quoted_by_indicator", "expect_rejected",
}  # fmt: skip
_ID = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")


class HistoryError(ValueError):
    """The history file cannot be used as it is; the message names the record and what to change."""


@dataclass(frozen=True)
class Document:
    """A published text. `date` is when it says what it says, as precisely as known."""

    code: str
    title: str
    date: Period
    url: str | None


@dataclass(frozen=True)
class Record:
    """One published figure. `place` is None where the text names none; `dated` replaces the document's date."""

    id: str
    kind: str
    indicator: str
    place: str | None
    period: Period
    unit: str
    document: str
    phrase: str
    value_type: str
    value: Decimal | None
    low: Decimal | None
    high: Decimal | None
    words: str | None
    qualifier: str
    basis: str | None
    currency: str | None
    project: str | None
    phase: str | None
    funder: str | None
    dimension: str | None
    dimension_value: str | None
    evidence: str
    note: str | None
    version: int
    dated: Period | None
    quoted_by_indicator: bool
    expect_rejected: str | None


# BaseLoader keeps every scalar as the text that a person wrote: no float, no date, no surprise. In C where it is built.
_LOADER: Any = getattr(yaml, "CBaseLoader", yaml.BaseLoader)


@dataclass(frozen=True)
class History:
    """The whole file: documents by code, and the records in the order of the file."""

    documents: dict[str, Document]
    records: tuple[Record, ...]


def load_history(path: Path = HISTORY_FILE) -> History:
    """Read and check the file. Raises HistoryError naming the record that cannot be used."""
    content = yaml.load(path.read_text(encoding="utf-8"), Loader=_LOADER)  # noqa: S506
    documents = {
        code: Document(code, entry["title"], parse_period(entry["date"]), entry.get("url"))
        for code, entry in content["documents"].items()
    }
    records: dict[str, Record] = {}
    for section in content["sections"]:
        for entry in section["records"]:
            record = _record({**section.get("defaults", {}), **entry})
            if record.id in records:
                raise HistoryError(f"{record.id} stands twice in {path.name}: give the second one an id of its own.")
            if record.document not in documents:
                raise HistoryError(f"{record.id}: the document {record.document!r} is not listed under documents.")
            records[record.id] = record
    return History(documents, tuple(records.values()))


def _record(entry: dict[str, Any]) -> Record:
    name = str(entry.get("id", "a record without id"))
    if not _ID.fullmatch(name):
        raise HistoryError(f"{name}: a record needs an id of lower-case letters, digits and '-'.")
    missing = [field for field in _TEXT_FIELDS if not entry.get(field)]
    unknown = sorted(set(entry) - set(_TEXT_FIELDS) - _OPTIONAL - {"id"})
    if missing or unknown:
        raise HistoryError(f"{name}: missing {missing or 'nothing'}, unknown {unknown or 'nothing'}.")
    if entry["kind"] not in KINDS:
        raise HistoryError(f"{name}: the kind is {entry['kind']!r}; it must be one of {', '.join(KINDS)}.")
    given = {field: None if entry.get(field) == "none" else entry.get(field) for field in (*_TEXT_FIELDS, *_OPTIONAL)}
    try:
        return _build(name, given)
    except ValueError as error:
        raise HistoryError(f"{name}: {error}.") from error


def _build(name: str, given: dict[str, Any]) -> Record:
    value_type, value, low, high = _value(given)
    return Record(
        id=name,
        **{field: given[field] for field in (*_TEXT_FIELDS, "basis", "currency", "project", "phase", "funder")}
        | {"period": parse_period(given["period"])},
        **{field: given[field] for field in ("dimension", "dimension_value", "words", "note", "expect_rejected")},
        value_type=value_type,
        value=value,
        low=low,
        high=high,
        qualifier=given["qualifier"] or ("exact" if value_type in ("number", "range") else "none"),
        evidence=given["evidence"] or "FOUND",
        version=int(given["version"] or 1),
        dated=parse_period(given["dated"]) if given["dated"] else None,
        quoted_by_indicator=given["quoted_by_indicator"] == "true",
    )


def _value(given: dict[str, Any]) -> tuple[str, Decimal | None, Decimal | None, Decimal | None]:
    forms = [form for form in ("value", "range", "words", "missing") if given[form] is not None]
    if len(forms) != 1:
        raise ValueError(f"give exactly one of value, range, words, missing; it has {forms or 'none'}")
    if forms == ["value"]:
        return "number", _number(given["value"]), None, None
    if forms == ["range"]:
        low, _, high = given["range"].partition("..")
        return "range", None, _number(low), _number(high)
    return forms[0], None, None, None


def _number(text: str) -> Decimal:
    try:
        return Decimal(text.replace(",", ""))
    except InvalidOperation:
        raise ValueError(f"{text!r} is not a number; write 25,000 or 3.3") from None
