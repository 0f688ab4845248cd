"""Wiring of load_events; the work is done in ingestion/loading/."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from airflow.sdk import DAG, AssetOrTimeSchedule, CronTriggerTimetable, Param, get_current_context, task
from airflow.sdk.exceptions import AirflowFailException, AirflowSkipException

from ingestion.loading.assets import events_backlog, events_loaded

DOC = """
### load_events: from the log into raw

**What.** Everything between the offsets stored in `raw.load_offsets` and the end of the topics of accepted and
rejected events is written to `raw.events` (each event exactly once, by `source` and `id`) and
`raw.rejected_events`. `plan` opens a load and lands a small backlog itself; a large one is split and landed by
`load_share` (one task a worker); `finish` closes the load and wakes `build_results` if raw holds more than before.

**Why it is safe.** Rows and offsets are committed in one transaction, fenced by an epoch: a run that is killed,
repeated, or doubled loses nothing and doubles nothing. Woken by the backlog itself (at most each 5 s), and every
ten minutes in any case.

**When it fails.** Look at the log of the red task: it says what to do. Usually Kafka or Postgres was away: nothing
to do, the next run goes on where this one stopped. `raw.load_ranges` says what became of every offset; a record
that cannot land stands in `raw.rejected_events` (`rejected_by` = loader) with the reason and does not stop others.

**Read again** (after a repair of the loader; never needed after a crash): trigger with `reread_from` (a month, a
time, or offsets) and perhaps `reread_to`. What is known already is counted as duplicate and changes nothing.
"""

#: Up to this many records are landed by `plan` itself: a task of their own would take longer than the load.
SMALL_BACKLOG = 20_000
WORKERS = 2

with DAG(
    "load_events",
    description="Loads events from Kafka into raw, exactly once",
    doc_md=DOC,
    schedule=AssetOrTimeSchedule(timetable=CronTriggerTimetable("*/10 * * * *", timezone="UTC"), assets=events_backlog),
    start_date=datetime(2026, 1, 1),
    catchup=False,
    max_active_runs=1,
    dagrun_timeout=timedelta(hours=2),
    default_args={
        "owner": "corridor",
        "retries": 4,
        "retry_delay": timedelta(seconds=5),
        "execution_timeout": timedelta(hours=1),
    },
    params={
        "reread_from": Param(
            None,
            type=["null", "string"],
            description="Read again what the gateway took in this month (2026-03), from this time on "
            '(2026-03-01T00:00:00Z) or from these offsets ({"corridor.events.accepted.v1/0": 1200}). '
            "Empty: load what waits.",
        ),
        "reread_to": Param(
            None, type=["null", "string"], description="Read again up to this time, or the end of this month, only."
        ),
    },
    tags=["load"],
) as dag:

    @task
    def plan() -> list[dict[str, Any]]:
        """Open a load; land a small backlog at once, hand out the shares of a large one."""
        from infra.settings import Settings
        from ingestion.loading.load import load_ranges
        from ingestion.loading.plan import Plan, open_load
        from ingestion.loading.problems import LoadError
        from ingestion.loading.ranges import share_out
        from ingestion.loading.reread import open_requested_reread

        context = get_current_context()
        settings, params, run_id = Settings.load(), context["params"], context["run_id"]
        load: Plan | None
        if params["reread_from"]:
            try:
                load = open_requested_reread(settings, run_id, params["reread_from"], params["reread_to"])
            except LoadError as problem:
                raise AirflowFailException(str(problem)) from problem
        else:
            load = open_load(settings, run_id)
        if load is None:
            return []
        if load.size <= SMALL_BACKLOG:
            load_ranges(settings, load.load_id, load.ranges)
            return []
        shares = share_out(load.ranges, WORKERS)
        return [{"load_id": load.load_id, "ranges": [r.as_dict() for r in share]} for share in shares]

    @task(max_active_tis_per_dagrun=WORKERS)
    def load_share(share: dict[str, Any]) -> list[int]:
        """Land the ranges of one share."""
        from dataclasses import astuple

        from infra.settings import Settings
        from ingestion.loading.load import load_ranges
        from ingestion.loading.ranges import Range

        ranges = [Range(**each) for each in share["ranges"]]
        return list(astuple(load_ranges(Settings.load(), share["load_id"], ranges)))

    @task(outlets=[events_loaded], trigger_rule="none_failed")
    def finish() -> None:
        """Close the load; wake build_results if raw holds more than before."""
        from infra.settings import Settings
        from ingestion.loading.finish import finish_load

        context = get_current_context()
        outcome = finish_load(Settings.load(), context["run_id"])
        if outcome is None:
            raise AirflowSkipException("Nothing waited.")
        if not outcome.is_news:
            raise AirflowSkipException(f"Nothing new: {outcome}.")
        context["outlet_events"][events_loaded].extra = {"load_id": outcome.load_id, "landed": outcome.landed}

    load_share.expand(share=plan()) >> finish()
