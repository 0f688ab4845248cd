"""Close a load and say whether anybody has to be told."""

from __future__ import annotations

import logging
from dataclasses import dataclass

import psycopg

from infra.settings import Settings

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Outcome:
    """What a load, and those before it that were cut off, brought. Counts are records."""

    load_id: int
    landed: int
    id_reused: int
    refused: int
    duplicates: int
    #: False if all that landed is canaries and what was refused: nothing for results.
    for_results: bool

    @property
    def is_news(self) -> bool:
        """True if results may be others than before; duplicates alone change nothing."""
        return self.for_results and self.landed + self.id_reused + self.refused > 0


def finish_load(settings: Settings, run_id: str) -> Outcome | None:
    """Close the load that `run_id` opened; None if it opened none. Repeating it gives the same answer."""
    with psycopg.connect(settings.dsn("loader"), application_name="corridor finish") as connection:
        found = connection.execute("select max(load_id) from raw.loads where run_id = %s", [run_id]).fetchone()
        if found is None or found[0] is None:
            return None
        load_id = found[0]
        connection.execute(
            "update raw.loads set finished_at = clock_timestamp() where load_id = %s and finished_at is null", [load_id]
        )
        connection.execute(
            "update raw.loads set announced_by = %(load_id)s where announced_by is null and load_id <= %(load_id)s",
            {"load_id": load_id},
        )
        row = connection.execute(
            "select coalesce(sum(r.rows_landed), 0)::bigint, coalesce(sum(r.id_reused), 0)::bigint,"
            " coalesce(sum(r.refused), 0)::bigint, coalesce(sum(r.duplicates), 0)::bigint,"
            " ops.brings_news(coalesce(min(l.load_id), %(load_id)s) - 1, %(load_id)s)"
            " from raw.loads as l inner join raw.load_ranges as r on l.load_id = r.load_id"
            " where l.announced_by = %(load_id)s",
            {"load_id": load_id},
        ).fetchone()
        # Readers may know at once that this load changes nothing for them.
        connection.execute("select ops.pass_over_loads()")
    assert row is not None
    _let_new_events_be_found(settings)
    return Outcome(load_id, *row)


def _let_new_events_be_found(settings: Settings) -> None:
    """Without it a look-up by receipt or load reads all that came last; the load itself is complete either way."""
    try:
        with psycopg.connect(settings.dsn("loader"), autocommit=True, application_name="corridor finish") as connection:
            connection.execute("select raw.summarize_new_events()")
    except psycopg.Error as error:
        log.warning("The indexes of new events could not be brought up to date: %s", type(error).__name__)
