"""Wiring of pull_kobo; the work is done in ingestion/kobo/pull.py."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from airflow.sdk import DAG, CronTriggerTimetable, Param, task
from airflow.sdk.exceptions import AirflowFailException, AirflowSkipException

from infra.settings import Settings
from ingestion.kobo.pull import is_configured

DOC = """
### pull_kobo: what KoboToolbox has, against what was sent

**What.** Every form with an asset uid is read from KoboToolbox's data API and compared with `ops.kobo_submissions`:
new submissions are created, edited ones (their `_uuid` changed) corrected, deleted ones voided, elements that left a
repeat voided. Events go through the gateway like any partner's, with the ids that the hook gives them.

**Why it is safe.** A version is claimed before it is sent and settled after the answer; a run that is killed, repeated
or doubled by the hook adds nothing. If more than CORRIDOR_KOBO_VANISH_PERCENT (10) of the submissions are gone at
once, or all of them, nothing is voided and the run fails: a lost permission looks like that.

**When it fails.** The log's last line names each form and what to do. KoboToolbox or the gateway was away: nothing to
do, the next run goes on. Submissions vanished: look in KoboToolbox whether they were deleted on purpose; if so,
`corridor kobo pull FORM --accept-deletions`. A form's file is wrong: it names the line.

Off (no schedule, runs are skipped) until CORRIDOR_KOBO_URL, the secret `kobo_token` and a form with an asset exist.
Which forms there are and what was refused: `corridor kobo list`. `{"again": true}` sends refused ones once more.
"""

_settings = Settings.load()
_cron = _settings.env.get("CORRIDOR_KOBO_SCHEDULE") or "*/15 * * * *"

with DAG(
    "pull_kobo",
    description="Reconciles with KoboToolbox: new, edited and deleted submissions",
    doc_md=DOC,
    schedule=CronTriggerTimetable(_cron, timezone="UTC") if is_configured(_settings) else None,
    start_date=datetime(2026, 1, 1),
    catchup=False,
    max_active_runs=1,
    dagrun_timeout=timedelta(hours=2),
    default_args={
        "owner": "corridor",
        "retries": 2,
        "retry_delay": timedelta(minutes=1),
        "execution_timeout": timedelta(hours=1),
    },
    params={"again": Param(False, type="boolean", description="Send what was refused before once more.")},
    tags=["load"],
) as dag:

    @task
    def pull(params: dict[str, Any] | None = None) -> list[dict[str, Any]]:
        """Pull every form; one that fails does not stop the others."""
        from ingestion.kobo.pull_all import pull_all

        settings = Settings.load()
        if not is_configured(settings):
            raise AirflowSkipException("No KoboToolbox is configured.")
        done = pull_all(settings, again=bool((params or {}).get("again")))
        if done.final:
            raise AirflowFailException(" ".join(done.final + done.passing))
        if done.passing:
            raise RuntimeError(" ".join(done.passing))
        return [each.as_dict() for each in done.pulled]

    pull()
