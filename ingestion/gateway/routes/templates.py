"""GET /v1/templates/{type}: what a partner fills in."""

from __future__ import annotations

from fastapi import APIRouter

from ingestion.gateway.services import Services


def router(services: Services) -> APIRouter:
    """The route."""
    return APIRouter()
