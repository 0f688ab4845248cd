"""Receipts: what was sent lately, and what became of each event."""

from __future__ import annotations

import time
from functools import partial
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import Response

from ingestion.gateway.answers import Problem
from ingestion.gateway.database import Database, DatabaseAway
from ingestion.gateway.partner.desk import Desk
from ingestion.gateway.partner.guarded import Refused, add_pages
from ingestion.gateway.receipt_ids import Receipt
from ingestion.gateway.receipt_words import in_words
from ingestion.gateway.receipts import ID_REUSED, REJECTED, Standing, standing, standing_without_details
from ingestion.words import _t

_DAYS = 14
_SHOWN = 200
_RECENT = """
select receipt, count(*) as events,
    count(*) filter (where status = 'rejected') as rejected,
    count(*) filter (where status = 'id_reused') as reused,
    count(*) filter (where status = 'duplicate') as duplicates,
    count(*) filter (where status = 'held') as held,
    count(*) filter (where status = 'published') as published,
    count(*) filter (where status = 'landed') as landed
from ops.v_receipt_events
where partner = %s and receipt >= %s
group by receipt
order by receipt desc
limit 50
"""
STATE_WORDS = {
    "accepted": (_t("On its way"), "wait"),
    "landed": (_t("Recorded"), "wait"),
    "held": (_t("Held for a check"), "wait"),
    "published": (_t("In the published results"), "good"),
    "duplicate": (_t("Known already"), "good"),
    "id_reused": (_t("Id used twice"), "bad"),
    "rejected": (_t("Refused"), "bad"),
}
_NO_RECEIPT = Problem(
    404,
    "no_such_receipt",
    _t("There is no such receipt"),
    _t("Check the number: it begins with rcp_. A receipt can only be read by the partner to whom it was given."),
)


def router(desk: Desk) -> APIRouter:
    """/partner/receipts and /partner/receipts/{id}."""
    made = APIRouter()
    ids = desk.services.receipts

    async def recent(request: Request) -> Response:
        visitor = await desk.visitor(request)
        wanted = request.query_params.get("id", "").strip()
        if wanted:
            return await _show(request, wanted)
        since = f"rcp_{int((time.time() - _DAYS * 86_400) * 1e6):014x}"
        rows = await desk.services.database.fetch(_RECENT, [visitor.key.partner, since])
        for row in rows:
            row["taken_at"] = _taken_at(row["receipt"])
        return desk.page(request, "receipts.html", visitor, receipts=rows, days=_DAYS)

    async def one(request: Request) -> Response:
        return await _show(request, str(request.path_params["receipt"]))

    async def _show(request: Request, receipt: str) -> Response:
        visitor = await desk.visitor(request)
        known = ids.read(receipt, visitor.key.partner)
        if known is None:
            raise Refused(_NO_RECEIPT)
        state, after = _asked(request)
        try:
            found, state = await _look(desk.services.database, known, visitor.key.partner, state, after)
        except DatabaseAway:
            found = standing_without_details(known)
        if found is None:
            raise Refused(_NO_RECEIPT)
        return desk.page(
            request,
            "receipt.html",
            visitor,
            receipt=receipt,
            taken_at=known.taken_at,
            counts=found.counts,
            state=state,
            next_after=found.next_after,
            words=STATE_WORDS,
            **in_words(found, desk.language(request)),
        )

    def _taken_at(receipt: str) -> Any:
        known = ids.read(receipt, "")
        return known.taken_at if known else None

    add_pages(made, desk, [("GET", "/partner/receipts", recent), ("GET", "/partner/receipts/{receipt}", one)])
    return made


async def _look(
    database: Database, known: Receipt, partner: str, state: str | None, after: int
) -> tuple[Standing | None, str | None]:
    """What was asked for; if nothing was, what needs somebody first. With the state that it is limited to."""
    look = partial(standing, database, known, partner, after=after, limit=_SHOWN)
    found = await look(status=state)
    if found is None or state is not None:
        return found, state
    if found.next_after is None:
        found.results.sort(key=lambda row: (STATE_WORDS[row["status"]][1] != "bad", row["index"]))
        return found, None
    bad = next((name for name in (REJECTED, ID_REUSED) if name in found.counts), None)
    return (await look(status=bad), bad) if bad and after < 0 else (found, None)


def _asked(request: Request) -> tuple[str | None, int]:
    """The state and the index that the address asks for; nonsense asks for nothing."""
    state, after = request.query_params.get("state"), request.query_params.get("after", "")
    return state if state in STATE_WORDS else None, int(after) if after.isascii() and after.isdigit() else -1
