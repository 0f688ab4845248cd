"""The partner pages under /partner: made by the gateway, without scripts."""

from __future__ import annotations

from pathlib import Path

from fastapi import APIRouter, Request
from fastapi.responses import Response

from ingestion.gateway.answers import Problem
from ingestion.gateway.partner import data_page, files_page, period_page, receipts_page, sign_in, try_event
from ingestion.gateway.partner.desk import Desk
from ingestion.gateway.partner.guarded import Refused, add_pages
from ingestion.gateway.services import Services
from ingestion.words import _t

_STYLE = Path(__file__).parent / "partner.css"
_NO_PAGE = Problem(404, "no_such_page", _t("There is no such page"), _t("Choose one from the list above."))


def router(services: Services) -> APIRouter:
    """Every page, and their style."""
    desk = Desk(services)
    made = APIRouter()

    @made.get("/partner/partner.css", include_in_schema=False)
    async def style() -> Response:
        return Response(_STYLE.read_bytes(), media_type="text/css", headers={"Cache-Control": "max-age=3600"})

    for module in (sign_in, files_page, try_event, receipts_page, data_page, period_page):
        made.include_router(module.router(desk))

    async def nowhere(request: Request) -> Response:
        await desk.visitor(request)
        raise Refused(_NO_PAGE)

    add_pages(made, desk, [("GET", "/partner/{rest:path}", nowhere)])
    return made
