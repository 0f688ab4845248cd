"""What an erasure would change, store by store: nothing is written."""

from __future__ import annotations

import psycopg

from infra.settings import Settings
from reporting.erasure.archived import count_in_archives
from reporting.erasure.beginning import begin
from reporting.erasure.covering import covered
from reporting.erasure.model import Request

_UNDER_WAY = "ops.erasures_under_way as u"


def look(settings: Settings, request: Request) -> dict[str, int]:
    """Rows by store that `request` covers. What is begun for it is rolled back."""
    with psycopg.connect(settings.dsn("owner"), application_name="corridor erase") as owner:
        begin(owner, settings, request)
        counts = {
            table: _count(owner, f"{table} as e inner join {_UNDER_WAY} on {covered()}")
            for table in ("raw.events", "raw.id_conflicts")
        }
        counts["raw.first_tokens"] = _count(owner, f"raw.first_tokens as l inner join {_UNDER_WAY} using (token)")
        counts["archived months"] = count_in_archives(owner)
        tokens = [row[0] for row in owner.execute("select token from ops.erasures_under_way").fetchall()]
        owner.rollback()
    return {**counts, "warehouse.int_records": _in_records(settings, tokens, request)}


def _count(owner: psycopg.Connection, rows: str) -> int:
    row = owner.execute(f"select count(*) from {rows}".encode()).fetchone()  # noqa: S608
    return int(row[0]) if row else 0


def _in_records(settings: Settings, tokens: list[str], request: Request) -> int:
    with psycopg.connect(settings.dsn("warehouse"), application_name="corridor erase") as warehouse:
        row = warehouse.execute("select to_regclass('warehouse.int_records') is not null").fetchone()
        if not (row and row[0]):
            return 0
        row = warehouse.execute(
            f"""
            select count(*)
            from warehouse.int_records as e
            inner join (
                select
                    unnest(%s::text[]) as token, %s::text as programme, %s::text as city, %s::text[] as types,
                    %s::timestamptz as received_until, %s::timestamptz as occurred_until
            ) as u on {covered(warehouse=True)}
            """.encode(),  # noqa: S608
            [
                tokens, request.programme, request.city, None if request.types is None else list(request.types),
                request.received_until, request.occurred_until,
            ],
        ).fetchone()  # fmt: skip
    return int(row[0]) if row else 0
