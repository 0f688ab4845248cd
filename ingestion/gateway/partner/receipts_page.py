"""Receipts: what was sent lately, and what became of each event."""

from __future__ import annotations

import time
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import Response

from ingestion.gateway.answers import Problem
from ingestion.gateway.partner.desk import Desk
from ingestion.gateway.partner.guarded import Refused, add_pages
from ingestion.gateway.receipt_ids import ReceiptIds
from ingestion.words import _t

_DAYS = 14
_SHOWN = 200
_MARK = 26
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
_ONE = """
select distinct on (receipt_index) receipt_index, status, id, code, pointer, detail, city
from ops.v_receipt_events
where partner = %s and receipt = %s
order by receipt_index, rank
limit 100000
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
    ids = ReceiptIds(desk.services.settings.secret("receipt_key"))

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
        rows = await desk.services.database.fetch(_ONE, [visitor.key.partner, receipt[:_MARK]])
        if known is None or (known.events is None and not rows):
            raise Refused(_NO_RECEIPT)
        events = len(rows) if known.events is None else known.events - known.repeated
        counts = {state: sum(row["status"] == state for row in rows) for state in STATE_WORDS}
        counts["accepted"] = max(0, events - len(rows))
        counts["duplicate"] += known.repeated
        rows.sort(key=lambda row: (STATE_WORDS[row["status"]][1] != "bad", row["receipt_index"]))
        shown: dict[str, Any] = {
            "receipt": receipt,
            "taken_at": known.taken_at,
            "counts": {state: count for state, count in counts.items() if count},
            "rows": rows[:_SHOWN],
            "more": max(0, len(rows) - _SHOWN),
            "words": STATE_WORDS,
        }
        return desk.page(request, "receipt.html", visitor, **shown)

    def _taken_at(receipt: str) -> Any:
        known = ids.read(receipt, "")
        return known.taken_at if known else None

    add_pages(made, desk, [("GET", "/partner/receipts", recent), ("GET", "/partner/receipts/{receipt}", one)])
    return made
