"""Simulated events as they land, and what readers see of them beside the truth that the world itself knows."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from typing import Any

import psycopg

from ingestion.contracts.registry import contracts
from ingestion.gateway.check import Checker
from ingestion.gateway.places import read_places
from ingestion.gateway.receipt_ids import ReceiptIds
from ingestion.gateway.records import Accepted, now_text
from ingestion.gateway.scope import Key
from ingestion.simulation.simulation import Simulation
from ingestion.simulation.truth import ExpectedCell
from ingestion.tokens import CityKey

KEY = (
    "indicator_code", "geography_level", "geography_code", "funder", "period_start", "period_end", "period_precision",
    "dimension", "dimension_value",
)  # fmt: skip
NUMBERS = ("actual", "numerator", "denominator", "target", "achievement")
Cells = dict[tuple[str | None, ...], tuple[Any, ...]]


def accepted_lines(simulation: Simulation) -> Iterator[bytes]:
    """Every valid event in the order of sending, as the accepted topic would hold it."""
    config = simulation.config
    keyring = {city: CityKey("k1", city.encode().ljust(32, b"x")) for city in config.cities}
    checker = Checker(contracts(), read_places(), keyring)
    key = Key("test", config.programme, "test", config.source_prefix)
    receipt, now = ReceiptIds("x" * 32).mark(), now_text()
    for dispatch in simulation.dispatches:
        if dispatch.code is None:
            verdict = checker.check(dispatch.event, key)
            assert isinstance(verdict, Accepted), verdict
            yield verdict.record("test", now, receipt, 0).value


def true_cells(truth: list[ExpectedCell]) -> Cells:
    """What must be published, by the key of the cell."""
    return dict(map(_cell, (expected.as_row() for expected in truth)))


def seen_cells(conn: psycopg.Connection) -> Cells:
    """What readers see of the simulated programme, by the key of the cell."""
    columns = ", ".join((*KEY, *NUMBERS, "suppression"))
    query = f"select {columns} from results.indicator_results where programme_code = 'SIM' and kind = 'actual'"
    with conn.cursor(row_factory=psycopg.rows.dict_row) as cursor:
        return dict(map(_cell, cursor.execute(query)))


def _cell(row: dict[str, Any]) -> tuple[tuple[str | None, ...], tuple[Any, ...]]:
    key = tuple(value.isoformat() if isinstance(value := row[name], date) else value for name in KEY)
    return key, (*(None if row[name] is None else Decimal(row[name]) for name in NUMBERS), row["suppression"])
