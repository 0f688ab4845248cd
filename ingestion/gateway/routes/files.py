"""POST /v1/files: CSV and XLSX, row by row."""

from __future__ import annotations

from fastapi import APIRouter

from ingestion.gateway.services import Services


def router(services: Services) -> APIRouter:
    """The route."""
    return APIRouter()
