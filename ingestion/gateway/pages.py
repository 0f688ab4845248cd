"""The routes that are not hot: health, metrics, and the documentation that the contracts give."""

from __future__ import annotations

import asyncio
from typing import Any

from fastapi import FastAPI
from fastapi.exceptions import HTTPException
from fastapi.responses import HTMLResponse, JSONResponse, PlainTextResponse, Response
from starlette.exceptions import HTTPException as StarletteHTTPException

from ingestion.contracts.registry import contracts
from ingestion.gateway.answers import Problem
from ingestion.gateway.docs_page import page
from ingestion.gateway.key_cache import KeyCache
from ingestion.gateway.log import KafkaLog
from ingestion.gateway.metrics import Metrics
from ingestion.gateway.openapi import events_paths


def make_pages(keys: KeyCache, log: KafkaLog, metrics: Metrics) -> FastAPI:
    """The FastAPI application for every path but /v1/events."""
    pages = FastAPI(
        title="Corridor gateway",
        description="Where city partners send what happens.",
        version="1",
        docs_url=None,
        redoc_url=None,
    )

    @pages.get("/v1/health/live", summary="The process answers")
    async def live() -> dict[str, str]:
        return {"status": "live"}

    @pages.get("/v1/health/ready", summary="Events can be taken now")
    async def ready() -> JSONResponse:
        kafka = await asyncio.to_thread(log.is_reachable)
        checks = {"keys": keys.is_loaded, "kafka": kafka}
        ok = all(checks.values())
        return JSONResponse({"status": "ready" if ok else "not ready", "checks": checks}, 200 if ok else 503)

    @pages.get("/metrics", summary="Counts for Prometheus", response_class=PlainTextResponse)
    async def show_metrics() -> str:
        return metrics.render(log.in_flight, len(keys))

    @pages.get("/docs", include_in_schema=False)
    async def docs() -> HTMLResponse:
        return HTMLResponse(
            page(), headers={"Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'"}
        )

    @pages.exception_handler(StarletteHTTPException)
    async def as_problem(_request: Any, error: HTTPException) -> Response:
        known = {404: ("not_found", "Nothing is here"), 405: ("method_not_allowed", "Not this method")}
        code, title = known.get(error.status_code, ("error", str(error.detail)))
        problem = Problem(error.status_code, code, title, "The page /docs lists what the gateway answers.")
        return Response(
            problem.body(), error.status_code, headers=error.headers or {}, media_type="application/problem+json"
        )

    make_openapi = pages.openapi

    def openapi() -> dict[str, Any]:
        if pages.openapi_schema is None:
            schema = make_openapi()
            schema["paths"] |= events_paths(contracts())
            schema.setdefault("components", {})["securitySchemes"] = {
                "key": {"type": "apiKey", "in": "header", "name": "X-API-Key"},
                "bearer": {"type": "http", "scheme": "bearer"},
            }
        return pages.openapi_schema or schema

    pages.openapi = openapi  # type: ignore[method-assign]
    return pages
