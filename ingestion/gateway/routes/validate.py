"""POST /v1/validate: the answer of POST /v1/events, and nothing is stored."""

from __future__ import annotations

from fastapi import APIRouter

from ingestion.gateway.services import Services


def router(services: Services) -> APIRouter:
    """The route."""
    return APIRouter()
