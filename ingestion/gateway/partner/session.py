"""The session of a signed-in partner: a cookie that only the gateway can read, and that holds the partner's key."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import secrets
from dataclasses import dataclass

from cryptography.fernet import Fernet, InvalidToken

COOKIE = "corridor_session"
COOKIE_PATH = "/partner"
LIFETIME_SECONDS = 8 * 3600


@dataclass(frozen=True)
class Ticket:
    """What the cookie holds: the API key as it was presented, and the token that every form repeats."""

    presented: str
    form_token: str

    def owns(self, form_token: object) -> bool:
        """True if a form was made for this session."""
        return isinstance(form_token, str) and hmac.compare_digest(form_token.encode(), self.form_token.encode())


class Tickets:
    """Seals and opens cookies with the secret `session_key`."""

    def __init__(self, secret: str) -> None:
        self._box = Fernet(base64.urlsafe_b64encode(hashlib.sha256(secret.encode()).digest()))

    def issue(self, presented: str) -> str:
        """The cookie of a new session."""
        content = {"key": presented, "form": secrets.token_urlsafe(24)}
        return self._box.encrypt(json.dumps(content).encode()).decode()

    def read(self, cookie: str | None) -> Ticket | None:
        """The session of a cookie; None if it is missing, damaged or older than LIFETIME_SECONDS."""
        try:
            content = json.loads(self._box.decrypt((cookie or "").encode(), ttl=LIFETIME_SECONDS))
        except (InvalidToken, UnicodeEncodeError, ValueError):
            return None
        return Ticket(content["key"], content["form"])
