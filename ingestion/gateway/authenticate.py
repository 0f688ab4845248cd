"""Who sends a request: the API key of its headers, as every route asks for it."""

from __future__ import annotations

from collections.abc import Mapping

from ingestion.gateway import answers
from ingestion.gateway.answers import Problem
from ingestion.gateway.key_cache import KeyCache
from ingestion.gateway.scope import Key


class Authenticator:
    """Finds the key that a request presents."""

    def __init__(self, keys: KeyCache) -> None:
        self._keys = keys

    async def authenticate(self, headers: Mapping[bytes, bytes]) -> Key | Problem:
        """The key in X-API-Key or Authorization: Bearer (`headers`: lower-case names as ASGI gives them)."""
        presented = headers.get(b"x-api-key")
        if presented is None:
            scheme, _, presented = headers.get(b"authorization", b"").partition(b" ")
            if scheme.lower() != b"bearer":
                return answers.NO_KEY
        presented = presented.strip()
        key = self._keys.find(presented) or await self._keys.find_new(presented)
        if key is not None:
            return key
        return answers.BAD_KEY if self._keys.is_loaded else answers.NO_KEYS_YET
