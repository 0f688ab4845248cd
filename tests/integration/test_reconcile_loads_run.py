"""reconcile_loads in the running Airflow: green when all adds up, red with the sentence when something does not."""

from __future__ import annotations

from collections.abc import Iterator

import psycopg
import pytest

from infra.settings import Settings
from tests.integration.airflow_api import log_of, run_dag, signed_in

_LAST = "select max(reconciliation_id), max(rows_checked) from ops.reconciliations where finished_at is not null"
_SENTENCE = "planted by a test: three rows of nowhere are missing"


def _open(owner: psycopg.Connection) -> int:
    row = owner.execute("select count(*) from ops.reconciliation_differences where resolved_at is null").fetchone()
    assert row is not None
    return int(row[0])


@pytest.fixture
def planted(owner: psycopg.Connection) -> Iterator[None]:
    """A hole that nobody ever read again, so that no reconciliation closes it."""
    found_by = owner.execute(
        "insert into ops.reconciliations (scope, after_load_id, upto_load_id, finished_at)"
        " values ('new', 0, 0, clock_timestamp()) returning reconciliation_id"
    ).fetchone()
    assert found_by is not None
    owner.execute(
        "insert into ops.reconciliation_differences (reconciliation_id, kind, place, detail)"
        " values (%s, 'hole', 'planted', %s)",
        [found_by[0], _SENTENCE],
    )
    yield
    owner.execute("delete from ops.reconciliation_differences where place = 'planted'")
    owner.execute("delete from ops.reconciliations where reconciliation_id = %s", [found_by[0]])


def test_reconciliation__of_everything_looks_at_rows(stack: Settings, owner: psycopg.Connection) -> None:
    before = owner.execute(_LAST).fetchone()
    assert before is not None

    with signed_in(stack) as airflow:
        _, state = run_dag(airflow, "reconcile_loads", {"everything": True})

    after = owner.execute(_LAST).fetchone()
    assert after is not None
    assert after[0] > (before[0] or 0)
    assert after[1] > 0
    # What other tests of the shared stack may have left open makes it red.
    assert state == ("failed" if _open(owner) else "success")


@pytest.mark.usefixtures("planted")
def test_open_difference__makes_it_red_and_is_named_in_the_log(stack: Settings) -> None:
    with signed_in(stack) as airflow:
        run_id, state = run_dag(airflow, "reconcile_loads", {})

        assert state == "failed"
        assert _SENTENCE in log_of(airflow, "reconcile_loads", run_id, "reconcile")
