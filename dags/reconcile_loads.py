"""Wiring of reconcile_loads; the work is done in ingestion/reconciling/."""

from __future__ import annotations

from datetime import datetime, timedelta

from airflow.sdk import DAG, CronTriggerTimetable, Param, get_current_context, task
from airflow.sdk.exceptions import AirflowFailException

DOC = """
### reconcile_loads: nothing vanishes, and that is checked

**What.** Per topic partition: last - first + 1 = rows + rejected + duplicates + control records, against the rows that
really stand in `raw`, with no hole between ranges. Per partner: acknowledged = landed + duplicates + rejected + waiting
in Kafka + held in the spool. Each hour what the loads brought since the last time; `{"everything": true}` checks all
that is in the database.

**When it is red.** Something does not add up. The last line of the task's log names the offsets or the partner and
says what to do; so do `corridor reconcile` and `select * from ops.v_reconciliation_differences where resolved_at is
null`. A difference stays open, and each run red, until it is mended or accepted
(docs/data-engineer/reconciliation.md).

**Why it raises no false alarm.** Only closed loads are judged, in one snapshot; what gateways answered for is read
before everything else, and what is on its way is counted as waiting. Running it at any time is safe.
"""

with DAG(
    "reconcile_loads",
    description="Holds what was acknowledged and what the log holds against the rows of raw",
    doc_md=DOC,
    schedule=CronTriggerTimetable("17 * * * *", timezone="UTC"),
    start_date=datetime(2026, 1, 1),
    catchup=False,
    max_active_runs=1,
    dagrun_timeout=timedelta(hours=2),
    default_args={"owner": "corridor", "retries": 2, "retry_delay": timedelta(minutes=1)},
    params={"everything": Param(False, type="boolean", description="Check all loads that are in the database.")},
    tags=["load"],
) as dag:

    @task(execution_timeout=timedelta(hours=1))
    def reconcile() -> dict[str, object]:
        """Check once; returns what was looked at."""
        from infra.settings import Settings
        from ingestion.reconciling.run import reconcile

        everything = bool(get_current_context()["params"]["everything"])
        result = reconcile(Settings.load(), everything=everything)
        if result.open:
            raise AirflowFailException(" ".join(f"[{number}] {sentence}" for number, sentence in result.open))
        return {"offsets": result.offsets, "rows": result.rows, "waiting": result.waiting, "problem": result.problem}

    reconcile()
