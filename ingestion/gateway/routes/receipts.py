"""GET /v1/receipts/{id}: what became of each event of a request or file."""

from __future__ import annotations

from typing import Annotated, Any, Literal
from urllib.parse import urlencode

import orjson
from fastapi import APIRouter, Query, Request
from fastapi.responses import Response

from ingestion.gateway.answers import Problem
from ingestion.gateway.database import DatabaseAway
from ingestion.gateway.problem_response import problem_response
from ingestion.gateway.receipt_words import in_words
from ingestion.gateway.receipts import standing, standing_without_details
from ingestion.gateway.services import Services
from ingestion.words import _t, language_of

PAGE = 100
LARGEST_PAGE = 1000
_NO_RECEIPT = Problem(
    404,
    "no_such_receipt",
    _t("There is no such receipt"),
    _t("Check that the id is complete, and that the key belongs to the partner who sent the events."),
)
_PROBLEM: dict[str, Any] = {"application/problem+json": {}}


def router(services: Services) -> APIRouter:
    """The route."""
    routes = APIRouter()

    @routes.get(
        "/v1/receipts/{receipt_id}",
        summary="What became of each event of a request or file",
        response_class=Response,
        responses={
            200: {
                "description": "How many events stand where, and a page of them.",
                "content": {"application/json": {}},
            },
            401: {"description": "No key, or one that is unknown, revoked or expired.", "content": _PROBLEM},
            404: {"description": "No such receipt of the key's partner.", "content": _PROBLEM},
            422: {"description": "A parameter cannot be used.", "content": _PROBLEM},
            429: {"description": "Too many requests.", "content": _PROBLEM},
            503: {"description": "Keys cannot be checked.", "content": _PROBLEM},
        },
        openapi_extra={"security": [{"key": []}, {"bearer": []}]},
    )
    async def show(
        request: Request,
        receipt_id: str,
        state: Annotated[
            Literal["accepted", "landed", "held", "published", "duplicate", "id_reused", "rejected"] | None,
            Query(description="Only events that stand so."),
        ] = None,
        after: Annotated[int, Query(ge=-1, le=10**9, description="Only events with a larger index.")] = -1,
        limit: Annotated[int, Query(ge=1, le=LARGEST_PAGE, description="Events a page.")] = PAGE,
    ) -> Response:
        key = await services.authenticator.authenticate(dict(request.scope["headers"]), request.scope)
        if isinstance(key, Problem):
            return problem_response(key, request)
        receipt = services.receipts.read(receipt_id, key.partner)
        if receipt is None:
            return problem_response(_NO_RECEIPT, request)
        try:
            found = await standing(services.database, receipt, key.partner, status=state, after=after, limit=limit)
        except DatabaseAway:
            found = standing_without_details(receipt)
        if found is None:
            return problem_response(_NO_RECEIPT, request)
        body: dict[str, Any] = {
            "receipt": receipt_id,
            "received_at": receipt.taken_at,
            "events": found.events,
            "counts": found.counts,
            "details": "available" if found.details else "unavailable",
            "publication": found.publication,
            **in_words(found, language_of(request.headers.get("accept-language", ""))),
            "next": None if found.next_after is None else _next(receipt_id, state, found.next_after, limit),
        }
        headers = {"Cache-Control": "no-store", "Vary": "Accept-Language"}
        return Response(orjson.dumps(body, option=orjson.OPT_UTC_Z), media_type="application/json", headers=headers)

    return routes


def _next(receipt_id: str, state: str | None, after: int, limit: int) -> str:
    """The address of the page that follows."""
    query = {"after": after, "limit": limit} | ({} if state is None else {"state": state})
    return f"/v1/receipts/{receipt_id}?{urlencode(query)}"
