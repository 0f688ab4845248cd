"""Rows of raw.events for tests of the warehouse: written straight into the table, as the loader would have."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, field
from typing import Any

import psycopg

COLUMNS = (
    "source, id, type, subject, programme, city, operation, record_version, time_precision, occurred_at, received_at, "
    "partner, content_hash, data, topic, kafka_partition, kafka_offset, load_id"
)


@dataclass
class Events:
    """Collects events; `add` gives each an id and a time of receipt in the order they are added."""

    rows: list[tuple[Any, ...]] = field(default_factory=list)

    def add(self, type_: str, at: str, data: dict[str, Any], **more: Any) -> str:
        """Add one event and return its id. `more`: programme, city, subject, operation, version, id, received, load."""
        number = len(self.rows)
        event_id = more.get("id", f"e{number:06d}")
        body = json.dumps(data)
        self.rows.append(
            (
                more.get("source", "urn:test:warehouse"), event_id, f"{type_}.v1",
                more.get("subject", f"s{number:06d}"),
                more.get("programme", "SIM"), more.get("city"), more.get("operation", "create"),
                more.get("version", 1), "second", at,
                more.get("received", f"2026-01-01 00:00:{number % 60:02d}.{number:06d}+00"), "test",
                hashlib.sha256(f"{event_id}{body}".encode()).digest(), body, "t", 0, number, more.get("load", 1),
            )
        )  # fmt: skip
        return event_id

    def person(self, type_: str, at: str, token: str, **more: Any) -> str:
        """Add an event about a person; dims (sex, age_band, status) and other data come from `data`."""
        dims = {"sex": "female", "age_band": "25-34", "status": "idp", "person_token": token}
        return self.add(type_, at, {**dims, **more.pop("data", {})}, **more)

    def stated(self, indicator: str, place: tuple[str, str], value: Any = None, **more: Any) -> str:
        """Add a stated figure of CM; `data` overrides what is the same for all."""
        data = {
            "indicator_code": indicator,
            "place": {"level": place[0], "code": place[1]},
            "period": {"start": "2020-12-01", "end": "2021-04-30", "precision": "range"},
            "kind": "actual", "basis": "to_date", "unit": "person", "qualifier": "exact", "phase": "I",
            "value_type": "missing" if value is None else "number", "value": value,
            "phrase": "as printed", "document": "003", "evidence_label": "FOUND",
            **more.pop("data", {}),
        }  # fmt: skip
        type_ = more.pop("type_", "result.reported")
        return self.add(type_, "2021-04-01 12:00+00", data, programme="CM", **more)

    def insert(self, dsn: str) -> None:
        """Write them all."""
        copying = f"copy raw.events ({COLUMNS}) from stdin"
        with psycopg.connect(dsn) as connection, connection.cursor().copy(copying) as copy:
            for row in self.rows:
                copy.write_row(row)
