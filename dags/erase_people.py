"""Wiring of erase_people; the work is done in reporting/erasure/."""

from __future__ import annotations

from datetime import datetime, timedelta

from airflow.sdk import DAG, CronTriggerTimetable, task

DOC = """
### erase_people: who withdrew their consent goes from every store

**What.** Each hour: ends erasures that a process left under way; carries out the withdrawals (`consent.withdrawn`)
that builds have taken in; looks through new loads for events of erased people that tell of before their erasure. A
random surrogate takes the place of the token, so that figures stay what they are. The next build finishes it.

**Promise.** Within two hours of a withdrawal's landing no table and no archived month holds the token; the log forgets
it when its retention is over (`log_forgets_at` in `ops.v_erasures`).

**When it is red.** The last line of the task's log says what stands in the way: a build that hangs, or an archived
month whose file is missing. Running it again at any time is safe.
"""

with DAG(
    "erase_people",
    description="Carries out withdrawals of consent in every store",
    doc_md=DOC,
    schedule=CronTriggerTimetable("47 * * * *", timezone="UTC"),
    start_date=datetime(2026, 1, 1),
    catchup=False,
    max_active_runs=1,
    default_args={"owner": "corridor", "retries": 2, "retry_delay": timedelta(minutes=2)},
    tags=["people"],
) as dag:

    @task(execution_timeout=timedelta(hours=1))
    def erase_people() -> dict[str, int]:
        """Erase once; returns how many were."""
        from infra.settings import Settings
        from reporting.erasure.late import erase_late
        from reporting.erasure.withdrawals import erase_withdrawn

        settings = Settings.load()
        return {"withdrawals": len(erase_withdrawn(settings)), "late": erase_late(settings)}

    erase_people()
