"""Loads the reference data of seeds/ when its files changed since this database last saw them."""

from __future__ import annotations

import psycopg

from dbt_project.fingerprint import fingerprint
from dbt_project.framework.check import check_framework
from dbt_project.run import PROJECT, run_dbt
from infra.settings import Settings

STATE = """
create table if not exists warehouse.seed_state (only_row boolean primary key default true, hash text not null)
"""
REMEMBER = """
insert into warehouse.seed_state (hash) values (%s) on conflict (only_row) do update set hash = excluded.hash
"""


class SeedError(RuntimeError):
    """Reference data could not be loaded; the message says which file and why."""


def seed_if_changed(settings: Settings, force: bool = False) -> bool:
    """Load all seeds if any file of seeds/ changed (or `force`); True if they were loaded.

    Loading replaces the tables and drops the views on them, so a build must follow.
    """
    wanted = fingerprint(PROJECT / "seeds")
    with psycopg.connect(settings.dsn("warehouse"), autocommit=True) as connection:
        connection.execute(STATE)
        known = connection.execute("select hash from warehouse.seed_state").fetchone()
        if not force and known == (wanted,):
            return False
        faults = check_framework(PROJECT / "seeds")
        if faults:
            raise SeedError(
                "The reference data in dbt_project/seeds was not loaded, because it has faults:\n"
                + "\n".join(map(str, faults))
            )
        outcome = run_dbt(settings, ["build", "--select", "path:seeds", "--full-refresh"])
        if not outcome.success:
            raise SeedError(f"The reference data in dbt_project/seeds was not loaded: {_problem(outcome)}")
        connection.execute(REMEMBER, (wanted,))
        return True


def _problem(outcome: object) -> str:
    exception = getattr(outcome, "exception", None)
    if exception is not None:
        return str(exception)
    nodes = getattr(getattr(outcome, "result", None), "results", [])
    failed = [f"{n.node.name} ({n.node.description}): {n.message}" for n in nodes if str(n.status) in ("error", "fail")]
    return "; ".join(failed) or "see the dbt log in CORRIDOR_HOME/dbt/logs"
