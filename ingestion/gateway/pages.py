"""The routes that are not hot: health, metrics, and the documentation that the contracts give."""

from __future__ import annotations

import asyncio

from fastapi import FastAPI
from fastapi.responses import HTMLResponse, JSONResponse, PlainTextResponse

from ingestion.gateway.docs_page import page
from ingestion.gateway.openapi import describe
from ingestion.gateway.page_errors import answer_errors
from ingestion.gateway.partner import pages as partner_pages
from ingestion.gateway.routes import client, files, kobo, receipts, templates, validate
from ingestion.gateway.services import Services


def make_pages(services: Services) -> FastAPI:
    """The FastAPI application for every path but /v1/events."""
    keys, log, metrics = services.keys, services.log, services.metrics
    pages = FastAPI(
        title="Corridor gateway",
        description="Where city partners send what happens.",
        version="1",
        docs_url=None,
        redoc_url=None,
    )

    for module in (client, validate, receipts, files, kobo, templates, partner_pages):
        pages.include_router(module.router(services))

    @pages.get("/v1/health/live", summary="The process answers")
    async def live() -> dict[str, str]:
        return {"status": "live"}

    @pages.get("/v1/health/ready", summary="Events can be taken now")
    async def ready() -> JSONResponse:
        kafka = await asyncio.to_thread(log.is_reachable)
        checks = {"keys": keys.is_loaded, "kafka": kafka, "spool": log.spool.is_usable}
        ok = checks["keys"] and (kafka or checks["spool"])
        body = {"status": "ready" if ok else "not ready", "checks": checks, "spool": log.spool.state().as_dict()}
        return JSONResponse(body, 200 if ok else 503)

    @pages.get("/metrics", summary="Counts for Prometheus", response_class=PlainTextResponse)
    async def show_metrics() -> str:
        return metrics.render(log.in_flight, len(keys)) + log.spool.state().render()

    @pages.get("/docs", include_in_schema=False)
    async def docs() -> HTMLResponse:
        return HTMLResponse(
            page(), headers={"Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'"}
        )

    answer_errors(pages)
    describe(pages)
    return pages
