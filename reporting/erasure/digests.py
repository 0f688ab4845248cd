"""Knowing an erased subject again without keeping it: a keyed hash whose key is a secret outside the database."""

from __future__ import annotations

import hashlib
import hmac

from infra.settings import Settings


def digest_of(settings: Settings, token: str) -> bytes:
    """HMAC-SHA-256 of a token, 32 bytes. Raises SettingsError if the secret erasure_key was never made."""
    return hmac.digest(settings.secret("erasure_key").encode(), token.encode(), hashlib.sha256)
