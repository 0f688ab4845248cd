"""Delete what is older than the policy keeps."""

from __future__ import annotations

from collections.abc import Iterator

import psycopg
from psycopg import sql

from infra.retention.policy import Kept, policy
from infra.settings import Settings

#: Rows of one transaction: a table that was never emptied does not hold others up.
BATCH = 10_000


def enforce(settings: Settings, *, dry_run: bool = False) -> dict[str, int]:
    """Rows deleted, or blanked, by table; with `dry_run` those that would be. Safe to stop anywhere and to repeat."""
    done: dict[str, int] = {}
    with psycopg.connect(settings.dsn("owner"), autocommit=True, application_name="corridor retention") as owner:
        for kept in policy():
            if kept.days is not None and kept.age is not None:
                done[kept.table] = _waiting(owner, kept) if dry_run else sum(_batches(owner, kept))
    return done


def _waiting(owner: psycopg.Connection, kept: Kept) -> int:
    row = owner.execute(sql.SQL("select count(*) from {} where {}").format(_table(kept), _too_old(kept))).fetchone()
    return int(row[0]) if row else 0


def _batches(owner: psycopg.Connection, kept: Kept) -> Iterator[int]:
    begin = sql.SQL("delete from {}").format(_table(kept))
    if kept.blank:
        begin = sql.SQL("update {} set {} = null").format(_table(kept), sql.Identifier(kept.blank))
    query = sql.SQL("{} where ctid = any(array(select ctid from {} where {} limit {}))").format(
        begin, _table(kept), _too_old(kept), BATCH
    )
    changed = BATCH
    while changed == BATCH:
        changed = owner.execute(query).rowcount
        yield changed


def _table(kept: Kept) -> sql.Identifier:
    return sql.Identifier(*kept.table.split("."))


def _too_old(kept: Kept) -> sql.Composable:
    old = sql.SQL("{} < clock_timestamp() - make_interval(days => {})").format(
        sql.Identifier(kept.age or ""), kept.days
    )
    if not kept.blank:
        return old
    return sql.SQL("{} and {} is not null").format(old, sql.Identifier(kept.blank))
