"""Who sends a request: the API key of its headers, or its signature, as every route asks for it."""

from __future__ import annotations

from collections.abc import Mapping, MutableMapping
from typing import Any
from urllib.parse import parse_qs

from ingestion.gateway import answers
from ingestion.gateway.answers import Problem
from ingestion.gateway.key_cache import KeyCache
from ingestion.gateway.limits import Limits
from ingestion.gateway.metrics import Metrics
from ingestion.gateway.scope import Key
from ingestion.gateway.webhooks import Signature, read_signature
from ingestion.keys import KEY_PATTERN

#: Where a request's scope says whose it is, for the log of key use: an id of a key, or NOBODY, or nothing.
KEY_ID = "corridor.key_id"
NOBODY = "none"
#: In the scope of a request whose key was wrong: anybody may have made up its id.
WRONG = "corridor.wrong_key"

Scope = MutableMapping[str, Any]


class Authenticator:
    """Finds the key that a request presents, and counts the request against what the key may send."""

    def __init__(self, keys: KeyCache, limits: Limits, metrics: Metrics) -> None:
        self._keys = keys
        self._limits = limits
        self._metrics = metrics

    async def authenticate(self, headers: Mapping[bytes, bytes], scope: Scope | None = None) -> Key | Problem:
        """The key in X-API-Key or Authorization: Bearer (`headers`: lower-case names as ASGI gives them).

        With the request's `scope` its use is logged, and failures count against its client's address.
        """
        presented = headers.get(b"x-api-key")
        if presented is None:
            scheme, _, presented = headers.get(b"authorization", b"").partition(b" ")
            if scheme.lower() != b"bearer":
                return self._refuse(answers.NO_KEY, scope, NOBODY)
        presented = presented.strip()
        key = self._keys.find(presented)
        if key is None:
            claimed = presented.decode("latin-1")
            claimed = claimed[3:11] if KEY_PATTERN.fullmatch(claimed) else NOBODY
            # Counted before Postgres is asked, or a stranger could keep it busy.
            refusal = self._refuse(answers.BAD_KEY, scope, claimed)
            if refusal.status == answers.TOO_MANY_FAILURES.status:
                return refusal
            key = await self._keys.find_new(presented)
            if key is None:
                return refusal if self._keys.is_loaded else answers.NO_KEYS_YET
        if scope is not None:
            scope[KEY_ID] = key.key_id
            scope.pop(WRONG, None)
        return self._limits.request(key) or key

    def signature(self, headers: Mapping[bytes, bytes], scope: Scope) -> Signature | Problem:
        """What a request with Standard Webhooks headers claims; the address names the key as ?key_id=."""
        named = parse_qs(scope["query_string"].decode("latin-1")).get("key_id", [""])[0]
        known = self._keys.find_webhook(named)
        if known is None:
            problem = answers.BAD_SIGNATURE if self._keys.is_loaded else answers.NO_KEYS_YET
        else:
            found = read_signature(headers, *known)
            if isinstance(found, Signature):
                return found
            problem = found
        return self._refuse(problem, scope, named if known is not None else NOBODY)

    def verify(self, signature: Signature, body: bytes, scope: Scope) -> Problem | None:
        """None if `body` was signed by the key, which may send more; only then does it count as the key's use."""
        key = signature.key
        problem = signature.verify(body)
        if problem is not None:
            return self._refuse(problem, scope, key.key_id)
        scope[KEY_ID] = key.key_id
        return self._limits.request(key)

    def _refuse(self, problem: Problem, scope: Scope | None, claimed: str) -> Problem:
        """`problem`, or that there were too many from this address."""
        self._metrics.refused_keys[problem.code] += 1
        if scope is None:
            return problem
        scope[KEY_ID] = claimed
        scope[WRONG] = True
        client = scope.get("client")
        return self._limits.failure(client[0] if client else "") or problem
