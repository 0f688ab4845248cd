"""POST /v1/validate: the answer of POST /v1/events, and nothing is stored."""

from __future__ import annotations

from fastapi import APIRouter
from starlette.routing import Route

from ingestion.gateway.events import EventsRoute
from ingestion.gateway.services import Services

PATH = "/v1/validate"


def router(services: Services) -> APIRouter:
    """The route is plain ASGI, as that of the events is; openapi.py describes both."""
    made = APIRouter()
    made.routes.append(Route(PATH, EventsRoute(services, PATH, stores=False), include_in_schema=False))
    return made
