"""DAG build_results: from loaded events to what readers see."""

from __future__ import annotations

from datetime import datetime, timedelta

from airflow.sdk import DAG, AssetOrTimeSchedule, CronTriggerTimetable, Param, task

from ingestion.loading.assets import events_loaded

DOC = """
### What
Judges the events of new loads city by city, rebuilds the results with dbt, judges the next publication as a whole, and
moves readers to it in one transaction. One task, so that dbt and Great Expectations are loaded once.

### Why
Readers only ever see figures that were audited, and only whole versions of them. Totals are recomputed from events, so
late events, corrections and voids reach every period that they touch. A doubtful city is held out
(`ops.v_city_gate`) and its last good figures stay; the others go on.

### When it fails
Readers keep the last publication. The last line of the task's log says which stage failed and why; so does
`select * from ops.v_builds order by build_id desc`.

| the log says | do |
|---|---|
| refused by audit N | see below; it is not retried by itself, because the same data would be refused again |
| dbt failed | repair the model that it names; `ops.v_dbt_results` keeps the messages |
| the database does not answer | nothing: the task tries again, and so does a run each ten minutes |

Refused: `select sentence, city from ops.v_audit_results where audit_id = N and not success`. Have the events voided or
corrected, or repair the model; the next load builds again, and so does triggering this DAG.

A city that is held opens by itself once its waiting events pass, for example after the partner voided the wrong ones.
Running it again at any time is safe, and takes a second when nothing is new. To look at a publication undisturbed:
`corridor publications hold`, later `corridor publications resume`.
"""

with DAG(
    "build_results",
    # Woken by each load; every ten minutes besides, which heals a wake-up or a build that was lost.
    schedule=AssetOrTimeSchedule(
        timetable=CronTriggerTimetable("5-59/10 * * * *", timezone="UTC"), assets=events_loaded
    ),
    start_date=datetime(2026, 1, 1),
    max_active_runs=1,
    catchup=False,
    doc_md=DOC,
    tags=["results"],
    # Its runs are told as OpenLineage events: what enable_lineage of the provider sets.
    params={"_selective_enable_ol": Param(True, const=True)},
    default_args={
        "owner": "corridor",
        "retries": 3,
        "retry_delay": timedelta(seconds=10),
        "retry_exponential_backoff": 2,
    },
) as dag:

    @task(execution_timeout=timedelta(hours=1))
    def build_results(run_id: str | None = None) -> dict[str, object]:
        """Build and publish once; returns how it ended."""
        from airflow.sdk.exceptions import AirflowFailException

        from infra.settings import Settings
        from reporting.publications.build import CandidateRefused, build

        try:
            result = build(Settings.load(), run_id or "unknown")
        except CandidateRefused as refused:
            raise AirflowFailException(str(refused)) from refused
        return {
            "state": result.state,
            "upto_load_id": result.upto_load_id,
            "publication_id": result.publication.publication_id if result.publication else None,
            "seconds": result.stages.seconds,
        }

    build_results()
