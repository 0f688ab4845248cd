"""Waits until everything in the log is loaded and what readers see was built from it, by the rules as they are now."""

from __future__ import annotations

from contextlib import closing

import psycopg

from infra.airflow.api import Airflow
from infra.local.problems import Problem
from infra.local.steps import Say, wait_for
from infra.settings import REPO, Settings
from ingestion.loading.backlog import Look

#: Seconds for the load and for the build; a load takes some seconds, the first build some thirty.
PATIENCE = 240.0
BUILD = "build_results"
_NEWEST = """
    select coalesce(max(load_id), 0) from raw.load_ranges where rows_landed + id_reused + refused > 0"""
_LAST_BUILD = """
    select state, upto_load_id, rules_hash, coalesce(problem, '') from ops.builds order by build_id desc limit 1"""
_SEEN = """
    select p.publication_id, p.cells_total, c.held, c.held_reason
    from ops.current_publication as c left join ops.publications as p on c.publication_id = p.publication_id"""


def wait_until_published(settings: Settings, say: Say) -> str:
    """Wait for the load and the build of all that is in the log now; returns a few words on the publication.

    Raises Problem if the audit refused the build, or if it does not end in time.
    """
    with psycopg.connect(settings.dsn("owner"), autocommit=True, connect_timeout=10) as connection:
        say("load")
        with closing(Look(settings)) as look:
            ends = look().ends
            wait_for(lambda: look().covers(ends), PATIENCE, _late(settings, "loaded", "load_events"))
        if _nothing_would_start(connection):
            with Airflow(settings) as airflow:
                airflow.start_run(BUILD)
        say("dbt, audit, publication")
        wait_for(lambda: _is_built(connection), PATIENCE, _late(settings, "published", BUILD))
        publication, cells, held, reason = connection.execute(_SEEN).fetchone() or (None, 0, False, "")
    if held:
        return f"publications are held ({reason or 'no reason given'}); readers see number {publication}"
    return f"publication {publication}, {cells} cells"


def _nothing_would_start(connection: psycopg.Connection) -> bool:
    """True if all loads are built, but by other rules (models, seeds) than those of the tree: no load wakes a build."""
    row = connection.execute(_LAST_BUILD).fetchone()
    newest = connection.execute(_NEWEST).fetchone()
    if row is None or newest is None:
        return False
    state, upto, rules, _ = row
    return state != "running" and upto >= newest[0] and not _rules_now().startswith(rules)


def _is_built(connection: psycopg.Connection) -> bool:
    row = connection.execute(_LAST_BUILD).fetchone()
    newest = connection.execute(_NEWEST).fetchone()
    if row is None or newest is None:
        return False
    state, upto, rules, problem = row
    if upto < newest[0] or not _rules_now().startswith(rules):
        return False
    if state == "refused":
        raise Problem(f"The history was loaded, but its publication was refused: {problem}")
    return state in ("published", "unchanged", "withheld")


def _rules_now() -> str:
    from dbt_project.fingerprint import fingerprint

    return fingerprint(REPO / "dbt_project")


def _late(settings: Settings, what: str, dag: str) -> str:
    return (f"What was sent was not {what} within {PATIENCE:.0f} s: look at {dag} at {settings.airflow_url} "
            "(`make logs S=airflow-scheduler`), then run `make up` again.")  # fmt: skip
