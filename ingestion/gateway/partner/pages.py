"""The partner pages under /partner."""

from __future__ import annotations

from fastapi import APIRouter

from ingestion.gateway.services import Services


def router(services: Services) -> APIRouter:
    """Every page."""
    return APIRouter()
