"""Wiring of keep_no_longer; the work is done in infra/retention/."""

from __future__ import annotations

from datetime import datetime, timedelta

from airflow.sdk import DAG, CronTriggerTimetable, task

DOC = """
### keep_no_longer: what is older than the policy keeps, goes

**What.** Each night: deletes rows of ops tables, and blanks sealed bodies of refused events, that are older than
`infra/retention/policy.yaml` says. Events, figures and the books of what was loaded stay. Topics keep to their own
days (`corridor topics show`).

**Promise.** A row that may no longer be kept is gone within a day.

**When it is red.** The last line of the task's log names the table. Running it again at any time is safe;
`corridor retention apply --dry-run` says what is waiting.
"""

with DAG(
    "keep_no_longer",
    description="Deletes what is older than the policy keeps",
    doc_md=DOC,
    schedule=CronTriggerTimetable("23 1 * * *", timezone="UTC"),
    start_date=datetime(2026, 1, 1),
    catchup=False,
    max_active_runs=1,
    default_args={"owner": "corridor", "retries": 2, "retry_delay": timedelta(minutes=5)},
    tags=["people"],
) as dag:

    @task(execution_timeout=timedelta(hours=1))
    def delete_old() -> dict[str, int]:
        """Delete once; returns rows by table."""
        from infra.retention.enforcing import enforce
        from infra.settings import Settings

        return enforce(Settings.load())

    delete_old()
