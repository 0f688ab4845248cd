"""A generated staging model in Postgres: events of two versions of a contract become rows of one shape."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import jinja2
import psycopg
import pytest
from psycopg.rows import dict_row

from dbt_project.run import PROJECT
from infra.settings import Settings
from ingestion.contracts.generate.staging_models import model_sql
from ingestion.contracts.registry import read_contracts
from tests.unit.contracts.two_versions import FIRST, SECOND, write_version

pytestmark = pytest.mark.own_database

MACROS = "".join((PROJECT / "macros" / f"{name}.sql").read_text() for name in ("event_columns", "cast_or_null"))
RECORDS = """
    create temp table records (
        record_key uuid, programme_code text, source text, event_id text, event_type text, subject text, city text,
        operation text,
        occurred_at timestamptz, received_at timestamptz, occurred_on date, month_start date, data jsonb
    )
"""


@pytest.fixture
def connection(stack: Settings) -> psycopg.Connection:
    return psycopg.connect(stack.dsn("owner"), row_factory=dict_row)  # type: ignore[arg-type]


def test_two_versions__are_rows_of_one_shape(connection: psycopg.Connection, tmp_path: Path) -> None:
    write_version(tmp_path, 1, FIRST)
    write_version(tmp_path, 2, SECOND)
    sql = jinja2.Template(MACROS + model_sql(list(read_contracts(tmp_path).values()))).render(ref=lambda _: "records")
    data = {
        "v1": '{"kiosk": "Station", "visits": 3}',
        "v2": '{"place": {"kiosk": "Market"}, "visits": 4, "spent": {"amount": "1.50", "currency": "ETB"}}',
        "v3": '{"kiosk": "of a version that no contract has"}',
    }
    with connection:
        connection.execute(RECORDS)
        for version, content in data.items():
            connection.execute(
                "insert into records (event_type, data) values (%s, %s)", [f"kiosk.counted.{version}", content]
            )
        rows = connection.execute(sql.encode() + b" order by event_type").fetchall()
        connection.rollback()
    found = [tuple(row[name] for name in ("kiosk", "visits", "spent", "spent_currency")) for row in rows]  # type: ignore[call-overload]
    assert found == [("Station", Decimal(3), None, None), ("Market", Decimal(4), Decimal("1.50"), "ETB")]
