"""Delete what is older than the policy keeps."""

from __future__ import annotations

from collections.abc import Iterator

import psycopg
from psycopg import sql

from infra.settings import Settings
from reporting.retention.policy import Kept, policy


def enforce(settings: Settings, *, dry_run: bool = False) -> dict[str, int]:
    """Rows deleted, or blanked, by table; with `dry_run` those that would be. May be repeated."""
    with psycopg.connect(settings.dsn("owner"), autocommit=True, application_name="corridor retention") as owner:
        return {kept.table: owner.execute(query).rowcount for kept, query in _queries(dry_run=dry_run)}


def _queries(*, dry_run: bool) -> Iterator[tuple[Kept, sql.Composed]]:
    for kept in policy():
        if kept.days is None or kept.age is None:
            continue
        old = sql.SQL("{} < clock_timestamp() - make_interval(days => {})").format(sql.Identifier(kept.age), kept.days)
        begin = "delete from {table} where {old}"
        if kept.blank:
            old = sql.SQL("{} and {} is not null").format(old, sql.Identifier(kept.blank))
            begin = "update {table} set {blank} = null where {old}"
        if dry_run:
            begin = "select from {table} where {old}"
        table, blank = sql.Identifier(*kept.table.split(".")), sql.Identifier(kept.blank or "")
        yield kept, sql.SQL(begin).format(table=table, old=old, **({"blank": blank} if "{blank}" in begin else {}))
