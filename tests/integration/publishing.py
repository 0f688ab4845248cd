"""A scratch database with a candidate that a test fills by hand, and landed events without a broker."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

import psycopg
from psycopg import sql
from psycopg.types.json import Jsonb

from infra.settings import Settings
from reporting.publications.model import Publication
from reporting.publications.publish import publish
from reporting.publications.reference_data import TABLES
from tests.support import scratch_database

CELL: dict[str, Any] = {
    "programme_code": "SIM",
    "framework_version": "CM-2018",
    "indicator_code": "CM-O3-02",
    "indicator_name": "People registered at resource centres",
    "unit_of_count": "person",
    "geography_level": "city",
    "geography_code": "ARUA",
    "geography_name": "Arua",
    "period_start": date(2026, 1, 1),
    "period_end": date(2026, 1, 31),
    "period_precision": "month",
    "basis": "flow",
    "dimension": "total",
    "dimension_value": "total",
    "kind": "actual",
    "status": "no_target",
    "is_simulated": True,
}


@dataclass
class Desk:
    """Connections to one scratch database: `warehouse` publishes, `owner` may do anything, `reader` reads."""

    settings: Settings
    warehouse: psycopg.Connection
    owner: psycopg.Connection
    reader: psycopg.Connection

    def fill(self, cells: Iterable[dict[str, Any]]) -> None:
        """Make the candidate consist of exactly `cells`."""
        with self.warehouse.transaction():
            self.warehouse.execute("delete from candidate.indicator_results")
            for each in cells:
                _insert(self.warehouse, "candidate.indicator_results", each)

    def publish(self, load_id: int = 1, audit_id: int | None = None) -> Publication | None:
        """Publish the candidate as the build of `load_id` would."""
        return publish(
            self.warehouse,
            created_by="test",
            revision="rules",
            dbt_invocation_id="dbt",
            audit_id=audit_id,
            as_of=datetime(2026, 2, 1, tzinfo=UTC) + timedelta(minutes=load_id),
            as_of_load_id=load_id,
        )

    def seen(self) -> dict[str, Any]:
        """Cell to the actual that readers see."""
        return dict(self.reader.execute("select cell_id, actual from results.indicator_results").fetchall())

    def land(self, events: Iterable[dict[str, Any]]) -> int:
        """Write `events` as one finished load; returns its number."""
        with self.owner.transaction():
            row = self.owner.execute(
                "insert into raw.loads (run_id, finished_at) values ('test', clock_timestamp()) returning load_id"
            ).fetchone()
            assert row is not None
            for offset, each in enumerate(events):
                _insert(self.owner, "raw.events", {**each, "load_id": row[0], "kafka_offset": row[0] * 10_000 + offset})
        return int(row[0])

    def gates(self) -> dict[str, str]:
        """City to the state of its gate, for those that have one."""
        return dict(self.owner.execute("select city, state from ops.city_gate").fetchall())


@contextmanager
def publishing_desk(stack: Settings, *, candidate: bool = True) -> Iterator[Desk]:
    """A scratch database; with an empty candidate table as dbt would make it, unless dbt itself is to make it."""
    with (
        scratch_database(stack) as scratch,
        psycopg.connect(scratch.dsn("warehouse"), autocommit=True) as warehouse,
        psycopg.connect(scratch.dsn("owner"), autocommit=True) as owner,
        psycopg.connect(scratch.dsn("reader"), autocommit=True) as reader,
    ):
        if candidate:
            warehouse.execute(
                """
                create table candidate.indicator_results (like published.indicator_results);
                alter table candidate.indicator_results
                    drop column content_hash, drop column valid_from_publication, drop column valid_to_publication;
                create table warehouse.int_held_places (programme_code text, geography_code text, held_cities text)
                """
            )
            for name in TABLES:
                warehouse.execute(
                    sql.SQL("create table {} (like {})").format(
                        sql.Identifier("warehouse", name), sql.Identifier("published", name)
                    )
                )
        yield Desk(scratch.settings, warehouse, owner, reader)


def cell(cell_id: str, actual: object, **other: Any) -> dict[str, Any]:
    """A shown cell of the simulated programme; `other` overrides columns."""
    return {**CELL, "cell_id": cell_id, "actual": actual, "actual_exact": actual, **other}


def hidden(cell_id: str, exact: object, **other: Any) -> dict[str, Any]:
    """A hidden cell with its exact value."""
    return cell(cell_id, None, **{"actual_exact": exact, "suppression": "complementary", **other})


def event(event_id: str, city: str | None, **other: Any) -> dict[str, Any]:
    """A row of raw.events: somebody registered an hour ago, unless `other` says something else."""
    now = datetime.now(UTC)
    data = {"person_token": f"tok1_k1_{event_id}", "sex": "female", "age_band": "18-24", "status": "refugee"}
    row: dict[str, Any] = {
        "source": "urn:test",
        "id": event_id,
        "type": "person.registered.v1",
        "subject": event_id,
        "programme": "SIM",
        "city": city,
        "operation": "create",
        "record_version": 1,
        "time_precision": "second",
        "occurred_at": now - timedelta(hours=1),
        "received_at": now,
        "partner": "test",
        "content_hash": b"\x00",
        "data": {**data, "registration_type": "new"},
        "topic": "test",
        "kafka_partition": 0,
        **other,
    }
    return {**row, "data": Jsonb(row["data"])}


def void(event_id: str, city: str | None, subject: str, **other: Any) -> dict[str, Any]:
    """The event that takes `subject` back."""
    return event(event_id, city, subject=subject, operation="void", record_version=2, data={}, **other)


def _insert(conn: psycopg.Connection, table: str, row: dict[str, Any]) -> None:
    conn.execute(
        sql.SQL("insert into {} ({}) values ({})").format(
            sql.Identifier(*table.split(".")),
            sql.SQL(", ").join(map(sql.Identifier, row)),
            sql.SQL(", ").join(map(sql.Placeholder, row)),
        ),
        row,
    )
