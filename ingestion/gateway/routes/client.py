"""GET /v1/client/corridor_client.py: the one file of Python that partners may run on their own machines."""

from __future__ import annotations

from pathlib import Path

from fastapi import APIRouter
from fastapi.responses import Response

from ingestion.gateway.services import Services
from ingestion.partner_client import corridor_client

_FILE = Path(corridor_client.__file__)


def router(services: Services) -> APIRouter:
    """The route."""
    routes = APIRouter()

    @routes.get(
        f"/v1/client/{_FILE.name}",
        summary="The client for Python, one file",
        response_class=Response,
        responses={200: {"description": "The file.", "content": {"text/x-python": {"schema": {"type": "string"}}}}},
    )
    async def client() -> Response:
        headers = {"Content-Disposition": f'attachment; filename="{_FILE.name}"', "Cache-Control": "max-age=3600"}
        return Response(_FILE.read_bytes(), media_type="text/x-python; charset=utf-8", headers=headers)

    return routes
