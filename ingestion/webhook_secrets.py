"""The secrets with which partners sign webhooks: encrypted in the database, readable for the gateway alone.

A hash would not do: who verifies a signature needs the secret itself. The key that encrypts is the stack's
secret `webhook_key`; whoever has only the database, or a copy of it, cannot sign.
"""

from __future__ import annotations

import base64
import hashlib
import secrets
from datetime import UTC, datetime, timedelta

import psycopg
from nacl.exceptions import CryptoError
from nacl.secret import Aead

from ingestion.keys import KeyRefused, KeyScope, insert_key
from ingestion.sealing import SealingError

_SECRET_BYTES = 32
#: Live at once, so that a partner can change over without a gap.
MOST_SECRETS = 2


def webhook_key(text: str) -> bytes:
    """The 32 bytes that encrypt, from the secret `webhook_key` of the stack."""
    return hashlib.sha256(b"corridor webhook secrets\n" + text.encode()).digest()


def seal_secret(key: bytes, key_id: str, secret: bytes) -> bytes:
    """`secret` encrypted for the row of `key_id`: in another row it does not open."""
    return bytes(Aead(key).encrypt(secret, aad=key_id.encode()))


def open_secret(key: bytes, key_id: str, sealed: bytes) -> bytes:
    """The secret again. Raises SealingError."""
    try:
        return bytes(Aead(key).decrypt(sealed, aad=key_id.encode()))
    except (CryptoError, ValueError) as error:
        raise SealingError(
            "This webhook secret does not open: it was encrypted with another secret webhook_key, or is damaged."
        ) from error


def add_secret(connection: psycopg.Connection, key: bytes, key_id: str) -> str:
    """Make a secret for a key and return it as `whsec_...`; it is shown this once. Part of the caller's transaction."""
    secret = secrets.token_bytes(_SECRET_BYTES)
    connection.execute(
        "insert into ops.webhook_secrets (key_id, sealed) values (%s, %s)", [key_id, seal_secret(key, key_id, secret)]
    )
    return f"whsec_{base64.b64encode(secret).decode()}"


def create_signing_key(conn_dsn: str, key: bytes, scope: KeyScope) -> tuple[str, str]:
    """Make a key that signs: its id, which is no secret, and its first secret. Raises KeyRefused."""
    key_id = secrets.token_hex(4)
    with psycopg.connect(conn_dsn) as connection:
        insert_key(connection, key_id, None, scope)
        return key_id, add_secret(connection, key, key_id)


def rotate_secret(conn_dsn: str, key: bytes, key_id: str, overlap: timedelta) -> tuple[str, datetime]:
    """A new secret for a key that signs, and when the present one ends: after `overlap`, for which both are taken.

    Raises KeyRefused if there is no such key, it does not sign, or is being rotated already.
    """
    with psycopg.connect(conn_dsn) as connection:
        known = connection.execute(
            "select revoked_at is not null from ops.api_keys where key_id = %s for update", [key_id]
        ).fetchone()
        if known is None or known[0]:
            raise KeyRefused(f"There is no live key with id {key_id!r}. `corridor keys list` shows the ids.")
        live = connection.execute(
            """
            select secret_id, expires_at from ops.webhook_secrets
            where key_id = %s and (expires_at is null or expires_at > clock_timestamp())
            order by secret_id
            """,
            [key_id],
        ).fetchall()
        if not live:
            raise KeyRefused(f"The key {key_id} signs nothing: make one with `corridor keys create --webhook`.")
        if len(live) >= MOST_SECRETS:
            raise KeyRefused(
                f"The key {key_id} is being rotated: its earlier secret is taken until {live[0][1]:%Y-%m-%d %H:%M} UTC."
            )
        ends = datetime.now(UTC) + overlap
        connection.execute("update ops.webhook_secrets set expires_at = %s where secret_id = %s", [ends, live[0][0]])
        return add_secret(connection, key, key_id), ends
