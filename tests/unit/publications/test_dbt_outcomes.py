"""Why a dbt run failed, in a sentence."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

from reporting.publications.dbt_outcomes import dbt_problem


def result(name: str, status: str, message: str | None = None) -> Any:
    return SimpleNamespace(node=SimpleNamespace(name=name, resource_type="model"), status=status, message=message)


def outcome(*results: Any, exception: Exception | None = None) -> Any:
    return SimpleNamespace(success=False, exception=exception, result=SimpleNamespace(results=list(results)))


def test_dbt_problem__names_what_failed_with_its_first_line() -> None:
    told = dbt_problem(
        outcome(result("a", "success"), result("b", "error", "\n  no column x\nLINE 1"), result("c", "fail"))
    )
    assert told == "model b: no column x; model c: no message"


def test_dbt_problem__names_five_at_most() -> None:
    assert dbt_problem(outcome(*(result(str(n), "fail", "x") for n in range(7)))).endswith("; and 2 more")


def test_dbt_problem__of_a_project_that_does_not_parse() -> None:
    assert dbt_problem(outcome(exception=RuntimeError("no such macro"))) == "no such macro"
