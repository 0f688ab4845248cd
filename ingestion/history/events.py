"""Turn a record of the history file into the CloudEvent that states it."""

from __future__ import annotations

import hashlib
import json
from decimal import Decimal
from typing import Any

from ingestion.history.periods import Period
from ingestion.history.records import Document, History, Record
from ingestion.history.reference import city_of, places

SOURCE = "urn:corridor:cm:programme-office/history"
SOURCE_PREFIX = "urn:corridor:cm:programme-office"
PARTNER = "programme-office"
PROGRAMME = "CM"

_TYPES = {"target": "target.set.v1", "baseline": "baseline.set.v1"}


def history_events(history: History) -> list[dict[str, Any]]:
    """The events of all records, in the order of the file."""
    return [record_event(record, history.documents[record.document]) for record in history.records]


def record_event(record: Record, document: Document) -> dict[str, Any]:
    """The structured CloudEvent of a record.

    Its id follows from its content, so that sending an unchanged record again is a duplicate; a record
    of a higher version is a correction of the one before.
    """
    event: dict[str, Any] = {
        "specversion": "1.0",
        "source": SOURCE,
        "type": _TYPES.get(record.kind, "result.reported.v1"),
        **_time(record.dated or document.date, record),
        "subject": record.id,
        "programme": PROGRAMME,
        "operation": "create" if record.version == 1 else "correct",
        "recordversion": record.version,
        "data": _data(record),
    }
    if record.place and (city := city_of(record.place)):
        event["city"] = city
    return {"id": f"{record.id}-{_digest(event)[:12]}", **event}


def content_digest(record: Record, document: Document) -> str:
    """Hash of all that the record states, whatever its version: tells whether a record was changed."""
    event = record_event(record, document)
    return _digest({k: v for k, v in event.items() if k not in ("id", "operation", "recordversion")})[:16]


def _digest(event: dict[str, Any]) -> str:
    text = json.dumps(event, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def _time(date: Period, record: Record) -> dict[str, str]:
    if date.start is None:
        raise ValueError(f"{record.id}: its document needs a date, if only a year.")
    # Noon keeps the day the same in every time zone of the programme.
    return {"time": f"{date.start.isoformat()}T12:00:00Z", "timeprecision": date.precision}


def _data(record: Record) -> dict[str, Any]:
    data: dict[str, Any] = {
        "indicator_code": record.indicator,
        "place": {"level": places()[record.place]["level"] if record.place else "none", "code": record.place},
        "period": _period(record.period),
        "value_type": record.value_type,
        "qualifier": record.qualifier,
        "unit": record.unit,
        "phrase": record.phrase,
        "document": record.document,
        "evidence_label": record.evidence,
    }
    optional = {
        "kind": record.kind if record.kind not in _TYPES else None,
        "basis": record.basis,
        "value": _text(record.value),
        "value_low": _text(record.low),
        "value_high": _text(record.high),
        "words": record.words,
        "currency": record.currency,
        "project_code": record.project,
        "phase": record.phase,
        "funder": record.funder,
        "dimension": record.dimension,
        "dimension_value": record.dimension_value,
        "note": record.note,
        "quoted_by_indicator": True if record.quoted_by_indicator else None,
    }
    return data | {name: value for name, value in optional.items() if value is not None}


def _period(period: Period) -> dict[str, Any]:
    return {
        "start": period.start.isoformat() if period.start else None,
        "end": period.end.isoformat() if period.end else None,
        "precision": period.precision,
        "inferred": period.inferred,
    }


def _text(number: Decimal | None) -> str | None:
    return None if number is None else format(number, "f")
