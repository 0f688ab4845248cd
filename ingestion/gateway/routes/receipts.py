"""GET /v1/receipts/{id}: what became of each event of a request or file."""

from __future__ import annotations

from fastapi import APIRouter

from ingestion.gateway.services import Services


def router(services: Services) -> APIRouter:
    """The route."""
    return APIRouter()
