"""Around the pages: HEAD as GET without a body, the log of key use, and no traceback of what fails."""

from __future__ import annotations

from collections.abc import MutableMapping
from typing import Any

from ingestion.gateway.answers import BROKEN, Send, send_problem
from ingestion.gateway.key_use import KeyUse
from ingestion.gateway.reading import Receive
from ingestion.gateway.trouble import log_trouble


class Audited:
    """An ASGI application that counts what keys are used for in another one."""

    def __init__(self, app: Any, uses: KeyUse) -> None:
        self._app = app
        self._uses = uses

    async def __call__(self, scope: MutableMapping[str, Any], receive: Receive, send: Send) -> None:
        """One request. Never raises."""
        if scope["method"] == "HEAD":
            scope = {**scope, "method": "GET"}  # the server leaves the body of its answer out
        status = 0

        async def watch(message: MutableMapping[str, Any]) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        try:
            await self._app(scope, receive, watch)
        except Exception as error:
            log_trouble(error)
            if not status:
                status = BROKEN.status
                await send_problem(send, BROKEN)
        route = scope.get("route")
        self._uses.count_request(scope, getattr(route, "path", "other"), status)
