"""An answer that grows while the request is still being read."""

from __future__ import annotations

from fastapi.responses import StreamingResponse
from starlette.types import Receive, Scope, Send


class GrowingResponse(StreamingResponse):
    """As its base, which meanwhile listens whether the client goes away: that would swallow the rest of the body.

    Whoever reads the body learns of it all the same.
    """

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """ASGI entry point."""
        await self.stream_response(send)
