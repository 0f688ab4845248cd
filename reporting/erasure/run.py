"""Erase: write down what is asked for, go through the stores, and leave the rest to the next build."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager

import psycopg
from psycopg.rows import class_row

from infra.settings import Settings
from ingestion.archive.months import connection_alone
from reporting.erasure.archived import erase_in_archives
from reporting.erasure.beginning import begin, is_busy
from reporting.erasure.model import Erasure, ErasureProblem, Request
from reporting.erasure.raw_events import erase_in_raw
from reporting.erasure.tokens import linked_tokens
from reporting.erasure.warehouse import erase_in_warehouse
from reporting.publications.builds import BUILD_LOCK

_FOUND = """
select erasure_id, events, conflicts, links, archived_events, records, log_forgets_at
from ops.erasures where erasure_id = any(%s) order by erasure_id"""


def erase(settings: Settings, requests: Iterable[Request]) -> list[Erasure]:
    """Erase each of these in every store that can be written; returns what was changed, one an erasure.

    Safe to repeat: what an earlier process left under way is ended first, and who is gone already changes nothing.
    Waits for a build that runs. The next build makes anew what follows from the events; figures stay what they are.
    """
    begun = []
    with alone(settings) as (owner, warehouse):
        carry_out(owner, warehouse)
        for request in requests:
            if is_busy(owner, linked_tokens(owner, request.tokens)):
                carry_out(owner, warehouse)
            begun.append(begin(owner, settings, request))
        carry_out(owner, warehouse)
        with owner.cursor(row_factory=class_row(Erasure)) as cursor:
            return cursor.execute(_FOUND, [begun]).fetchall()


@contextmanager
def alone(settings: Settings) -> Iterator[tuple[psycopg.Connection, psycopg.Connection]]:
    """Connections of the owner and the warehouse, while no build, archiving or other erasure is at work.

    Raises ArchiveProblem if months are being archived, ErasureProblem if a build is at work for more than 20 minutes.
    """
    with (
        connection_alone(settings) as owner,
        psycopg.connect(settings.dsn("warehouse"), autocommit=True, application_name="corridor erase") as warehouse,
    ):
        try:
            warehouse.execute("set lock_timeout = '20min'")
            warehouse.execute("select pg_advisory_lock(%s)", [BUILD_LOCK])
            warehouse.execute("reset lock_timeout")
        except psycopg.errors.LockNotAvailable as error:
            raise ErasureProblem(
                "A build has been running for 20 minutes and nothing was erased: look at ops.v_builds, then try again."
            ) from error
        yield owner, warehouse


def carry_out(owner: psycopg.Connection, warehouse: psycopg.Connection) -> None:
    """Go through all stores for what is under way: each step may be repeated, the last one forgets who it was for."""
    row = owner.execute("select exists (select from ops.erasures_under_way)").fetchone()
    if row and row[0]:
        erase_in_raw(owner)
        erase_in_archives(owner)
        erase_in_warehouse(warehouse)
        # Older versions of rows are space to be written over from now on, and the planner knows other values.
        owner.execute("vacuum (analyze) raw.events, raw.id_conflicts, raw.first_tokens, ops.erasures_under_way")
