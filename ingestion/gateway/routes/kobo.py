"""POST /v1/kobo/{form}: submissions that KoboToolbox pushes."""

from __future__ import annotations

from fastapi import APIRouter

from ingestion.gateway.services import Services


def router(services: Services) -> APIRouter:
    """The route."""
    return APIRouter()
