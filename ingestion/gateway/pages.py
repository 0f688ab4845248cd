"""The routes that are not hot: health, metrics, and the documentation that the contracts give."""

from __future__ import annotations

import asyncio
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import HTTPException, RequestValidationError
from fastapi.responses import HTMLResponse, JSONResponse, PlainTextResponse, Response
from starlette.exceptions import HTTPException as StarletteHTTPException

from ingestion.contracts.registry import contracts
from ingestion.gateway.answers import Problem
from ingestion.gateway.database import DATABASE_AWAY, DatabaseAway
from ingestion.gateway.docs_page import page
from ingestion.gateway.openapi import events_paths
from ingestion.gateway.partner import pages as partner_pages
from ingestion.gateway.problem_response import problem_response
from ingestion.gateway.routes import files, kobo, receipts, templates, validate
from ingestion.gateway.services import Services
from ingestion.gateway.spool_answers import problem_of
from ingestion.gateway.spool_errors import NotStored
from ingestion.words import _t, language_of

BAD_PARAMETERS = Problem(
    422,
    "invalid_parameters",
    _t("A part of the address cannot be used"),
    _t("Correct or leave out: {names}. The page /docs says what each may hold."),
)


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

    for module in (validate, receipts, files, kobo, templates, partner_pages):
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

    @pages.exception_handler(NotStored)
    async def not_stored(request: Request, trouble: NotStored) -> Response:
        return problem_response(problem_of(trouble), request)

    @pages.exception_handler(DatabaseAway)
    async def database_away(request: Request, trouble: DatabaseAway) -> Response:
        return problem_response(DATABASE_AWAY, request)

    @pages.exception_handler(RequestValidationError)
    async def bad_parameters(request: Request, error: RequestValidationError) -> Response:
        # The names only: a value may be anything.
        names = sorted({str(part["loc"][-1]) for part in error.errors() if part["loc"][0] in ("path", "query")})
        return problem_response(BAD_PARAMETERS._replace(params={"names": ", ".join(names) or "body"}), request)

    @pages.exception_handler(StarletteHTTPException)
    async def as_problem(request: Request, error: HTTPException) -> Response:
        known = {404: ("not_found", _t("Nothing is here")), 405: ("method_not_allowed", _t("Not this method"))}
        code, title = known.get(error.status_code, ("error", str(error.detail)))
        problem = Problem(error.status_code, code, title, _t("The page /docs lists what the gateway answers."))
        language = language_of(request.headers.get("accept-language", ""))
        return Response(
            problem.body(language),
            error.status_code,
            headers=error.headers or {},
            media_type="application/problem+json",
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
