"""Keeps what dbt did in ops.dbt_results, and says in a sentence why it failed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import psycopg

if TYPE_CHECKING:
    from dbt.cli.main import dbtRunnerResult

INSERT = """
insert into ops.dbt_results (dbt_invocation_id, unique_id, resource_type, status, seconds, rows_affected, message)
values (%s, %s, %s, %s, %s, %s, %s)
on conflict do nothing
"""
FAILED = {"error", "fail", "runtime error"}


def store_dbt_results(conn: psycopg.Connection, invocation_id: str, outcome: dbtRunnerResult) -> None:
    """One row a model, and one a test that did not pass: tests that pass are many, every few seconds."""
    rows = [
        (
            invocation_id,
            result.node.unique_id,
            str(result.node.resource_type),
            str(result.status),
            float(result.execution_time or 0),
            _rows_affected(result),
            (result.message or "")[:2000],
        )
        for result in _results(outcome)
        if str(result.status) != "pass"
    ]
    with conn.cursor() as cursor:
        cursor.executemany(INSERT, rows)


def dbt_problem(outcome: dbtRunnerResult) -> str:
    """Why a dbt run failed: its exception, or the models and tests that failed with their first line."""
    if outcome.exception is not None:
        return str(outcome.exception)
    failed = [result for result in _results(outcome) if str(result.status) in FAILED]
    lines = [f"{result.node.resource_type} {result.node.name}: {_first_line(result.message)}" for result in failed]
    return "; ".join(lines[:5]) + (f"; and {len(lines) - 5} more" if len(lines) > 5 else "")


def _results(outcome: dbtRunnerResult) -> list[Any]:
    return list(getattr(outcome.result, "results", []))


def _rows_affected(result: Any) -> int | None:
    rows = (result.adapter_response or {}).get("rows_affected")
    return rows if isinstance(rows, int) and rows >= 0 else None


def _first_line(message: str | None) -> str:
    return next((line.strip() for line in (message or "").splitlines() if line.strip()), "no message")
