"""Looks at the next publication as a whole."""

from __future__ import annotations

from typing import Any

import psycopg
from great_expectations.core import ExpectationValidationResult

from expectations.candidate import drift, programmes, protection, structure, targets, totals
from expectations.catalogue import Catalogue
from expectations.checker import checker
from expectations.outcome import Verdict

SUITE = "candidate"


def judge_candidate(dsn: str, catalogue: Catalogue) -> list[Verdict]:
    """One verdict an expectation on candidate.indicator_results, with up to five examples of cells that break it."""
    suite = [
        *structure.expectations(catalogue),
        *totals.expectations(catalogue),
        *protection.expectations(catalogue),
        *programmes.expectations(catalogue),
        *targets.expectations(catalogue),
        *drift.expectations(catalogue),
    ]
    with psycopg.connect(dsn, autocommit=True) as conn:
        # dbt has just made the table, and without statistics the joins below take seconds.
        conn.execute("analyze candidate.indicator_results")
    with checker(dsn) as check:
        results = check.validate(
            SUITE,
            "select * from candidate.indicator_results",
            suite,
            keep=False,
            result_format={"result_format": "COMPLETE"},
        )
    return [_verdict(result) for result in results]


def _verdict(result: ExpectationValidationResult) -> Verdict:
    config = result.expectation_config
    assert config is not None
    rows: list[dict[str, Any]] = result.result.get("details", {}).get("unexpected_rows", [])
    observed: dict[str, Any] = {"rows": int(result.result["observed_value"])}
    if rows:
        observed["examples"] = [{key: _plain(value) for key, value in row.items()} for row in rows[:5]]
    severity = str(getattr(config.severity, "value", config.severity))
    name = str((config.meta or {})["name"])
    return Verdict(SUITE, name, severity, bool(result.success), str(config.description), observed=observed)


def _plain(value: Any) -> Any:
    return value if value is None or isinstance(value, bool | int | float | str) else str(value)
