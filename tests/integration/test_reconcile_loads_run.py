"""reconcile_loads in the running Airflow: green when all adds up, red with the sentences when it does not."""

from __future__ import annotations

import psycopg

from infra.settings import Settings
from tests.integration.airflow_api import run_dag, signed_in

_LAST = "select max(reconciliation_id), max(rows_checked) from ops.reconciliations where finished_at is not null"
_OPEN = "select count(*) from ops.v_reconciliation_differences where resolved_at is null"


def test_reconciliation__runs_and_is_as_red_as_what_it_found(stack: Settings, owner: psycopg.Connection) -> None:
    before = owner.execute(_LAST).fetchone()
    assert before is not None

    with signed_in(stack) as airflow:
        _, state = run_dag(airflow, "reconcile_loads", {"everything": True})

    after, differences = owner.execute(_LAST).fetchone(), owner.execute(_OPEN).fetchone()
    assert after is not None
    assert differences is not None
    assert after[0] > (before[0] or 0)
    assert after[1] > 0
    # Other tests of the shared stack leave differences on purpose.
    assert state == ("failed" if differences[0] else "success")
