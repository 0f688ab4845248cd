"""What became of the events of a receipt, put together from the id itself and from what the warehouse knows."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

import psycopg

from ingestion.gateway.database import Database, DatabaseAway, Row
from ingestion.gateway.receipt_ids import Receipt

ACCEPTED, LANDED, HELD, PUBLISHED = "accepted", "landed", "held", "published"
DUPLICATE, ID_REUSED, REJECTED = "duplicate", "id_reused", "rejected"
STATUSES = (ACCEPTED, LANDED, HELD, PUBLISHED, DUPLICATE, ID_REUSED, REJECTED)

# Kafka may hold a record twice, after an outage: the better news counts.
_OF_RECEIPT = """
select distinct on (receipt_index) receipt_index, status, id, subject, code, pointer, detail, city
from ops.v_receipt_events
where receipt = %(mark)s and partner = %(partner)s and receipt_index is not null
order by receipt_index, rank"""

_COUNTS = f"select status, count(*)::int as events from ({_OF_RECEIPT}) as r group by status"  # noqa: S608

_PAGE = f"""
select * from ({_OF_RECEIPT}) as r
where receipt_index > %(after)s and (%(status)s::text is null or status = %(status)s)
order by receipt_index limit %(limit)s"""  # noqa: S608

_MISSING = f"""
with known as materialized (select receipt_index from ({_OF_RECEIPT}) as r)
select place as receipt_index
from generate_series(%(after)s + 1, %(events)s - 1) as place
where not exists (select from known where known.receipt_index = place)
order by place limit %(limit)s"""  # noqa: S608

_TOLD = ("subject", "code", "pointer", "detail", "city")
_PUBLICATION = "select publication_id as id, created_at as published_at from ops.v_publications where is_current"


@dataclass
class Standing:
    """Where the events of a receipt stand. `events` is None if nobody knows how many there are (a bare mark)."""

    events: int | None
    counts: dict[str, int]
    #: One each event of the page, in order: index, id, status, and subject, code, pointer, detail where there are such.
    results: list[Row] = field(default_factory=list)
    #: The last index of this page, if another follows.
    next_after: int | None = None
    #: id and published_at of what readers see now, if events of this receipt are in it.
    publication: Row | None = None
    details: bool = True

    @property
    def is_settled(self) -> bool:
        """False while events are on their way, so that `results` may leave some out."""
        return ACCEPTED not in self.counts


def standing_without_details(receipt: Receipt) -> Standing:
    """What the id says by itself. Raises DatabaseAway for a bare mark, which says nothing."""
    if receipt.events is None:
        raise DatabaseAway
    accepted = receipt.events - receipt.repeated - receipt.refused
    told = {ACCEPTED: accepted, DUPLICATE: receipt.repeated, REJECTED: receipt.refused}
    return Standing(receipt.events, {name: number for name, number in told.items() if number}, details=False)


async def standing(
    database: Database, receipt: Receipt, partner: str, *, status: str | None = None, after: int = -1, limit: int = 100
) -> Standing | None:
    """Where its events stand; `results` holds up to `limit` with an index above `after`, of one status if asked.

    None for a bare mark under which `partner` has nothing. Raises DatabaseAway.
    """
    asked = {"mark": receipt.mark, "partner": partner, "status": status, "after": after, "limit": limit + 1}
    async with database.connection() as connection:
        counts = {row["status"]: row["events"] for row in await _rows(connection, _COUNTS, asked)}
        if receipt.events is None and not counts:
            return None
        rows = await _rows(connection, _PAGE, asked)
        missing = _add_missing(receipt, counts)
        if missing is not None and status in (None, missing):
            asked["events"] = receipt.events
            rows += [{**row, "status": missing} for row in await _rows(connection, _MISSING, asked)]
            rows.sort(key=lambda row: row["receipt_index"])
        seen = await _rows(connection, _PUBLICATION, {}) if PUBLISHED in counts else []
    page = rows[:limit]
    return Standing(
        events=receipt.events,
        counts={name: counts[name] for name in STATUSES if name in counts},
        results=list(_results(page)),
        next_after=page[-1]["receipt_index"] if len(rows) > limit else None,
        publication=seen[0] if seen else None,
    )


def _add_missing(receipt: Receipt, counts: dict[str, int]) -> str | None:
    """Add to `counts` the events that the warehouse does not know; return how they stand, if all stand the same.

    An event that was a duplicate at once was never written, one that was refused may still be on its way like those
    that were accepted: the id counts them, and does not say which they are.
    """
    missing = (receipt.events or 0) - sum(counts.values())
    if missing <= 0:
        return None
    refused = min(missing, max(0, receipt.refused - counts.get(REJECTED, 0)))
    repeated = min(missing - refused, receipt.repeated)
    added = {ACCEPTED: missing - refused - repeated, DUPLICATE: repeated, REJECTED: refused}
    for status, number in added.items():
        if number:
            counts[status] = counts.get(status, 0) + number
    return next((status for status, number in added.items() if number == missing), None)


def _results(rows: Iterable[Row]) -> Iterable[Row]:
    for row in rows:
        told = {name: row[name] for name in _TOLD if row.get(name) is not None}
        yield {"index": row["receipt_index"], "id": row.get("id"), "status": row["status"], **told}


async def _rows(connection: psycopg.AsyncConnection[Row], query: str, parameters: dict[str, Any]) -> list[Row]:
    cursor = await connection.execute(query.encode(), parameters)
    return await cursor.fetchall()
