"""The partner pages under /partner: made by the gateway, without scripts."""

from __future__ import annotations

from pathlib import Path

from fastapi import APIRouter
from fastapi.responses import Response

from ingestion.gateway.partner import data_page, files_page, period_page, receipts_page, sign_in, try_event
from ingestion.gateway.partner.desk import Desk
from ingestion.gateway.services import Services

_STYLE = Path(__file__).parent / "partner.css"


def router(services: Services) -> APIRouter:
    """Every page, and their style."""
    desk = Desk(services)
    made = APIRouter()

    @made.get("/partner/partner.css", include_in_schema=False)
    async def style() -> Response:
        return Response(_STYLE.read_bytes(), media_type="text/css", headers={"Cache-Control": "max-age=3600"})

    for module in (sign_in, files_page, try_event, receipts_page, data_page, period_page):
        made.include_router(module.router(desk))
    return made
