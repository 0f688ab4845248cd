"""Make, list and revoke the API keys of city partners. A key is shown once; only its hash is stored."""

from __future__ import annotations

import hashlib
import re
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

import psycopg
from psycopg.rows import class_row

KEY_PATTERN = re.compile(r"ck_[0-9a-f]{8}_[A-Za-z0-9_-]{43}")
#: What a key is for: a partner reports; a programme officer returns or validates what a city submitted.
ROLES = ("partner", "programme_officer")
_CODE = re.compile(r"[A-Z][A-Z0-9-]{0,39}")
_PARTNER = re.compile(r"[a-z0-9][a-z0-9-]{0,63}")
_PREFIX = re.compile(r"[!-~]{3,200}")
#: Any number: makes two creations wait for each other, so that no two partners get overlapping prefixes.
_CREATION_LOCK = 7_231_004


class KeyRefused(ValueError):
    """A key cannot be made or found as asked; the message says what to change."""


@dataclass(frozen=True)
class KeyRow:
    """A key as it may be shown: everything but the key."""

    key_id: str
    programme: str
    partner: str
    source_prefix: str
    cities: list[str] | None
    types: list[str] | None
    role: str
    requests_per_second: float | None
    events_per_second: float | None
    label: str
    created_at: datetime
    expires_at: datetime | None
    revoked_at: datetime | None
    signs: bool
    last_used_at: datetime | None

    @property
    def state(self) -> str:
        """`active`, `expired` or `revoked`."""
        if self.revoked_at is not None:
            return "revoked"
        return "expired" if self.expires_at is not None and self.expires_at <= datetime.now(UTC) else "active"


def hash_key(key: str | bytes) -> bytes:
    """SHA-256 of a whole key. A key holds 256 random bits, so a slow password hash would add nothing."""
    return hashlib.sha256(key.encode() if isinstance(key, str) else key).digest()


def create_key(
    conn_dsn: str,
    *,
    programme: str,
    partner: str,
    source_prefix: str,
    cities: Sequence[str] | None = None,
    types: Sequence[str] | None = None,
    label: str = "",
    expires_at: datetime | None = None,
    role: str = "partner",
    requests_per_second: float | None = None,
    events_per_second: float | None = None,
) -> str:
    """Make a key and return it; it cannot be read again later.

    `cities` None means every city and place of the programme, `types` None every event type that the `role`
    (one of ROLES) may send. A rate of None is the gateway's own limit. The gateway takes the key at once.
    Raises KeyRefused when a value is malformed or `source_prefix` overlaps the one
    of another partner.
    """
    key_id = secrets.token_hex(4)
    key = f"ck_{key_id}_{secrets.token_urlsafe(32)}"
    scope = KeyScope(
        programme, partner, source_prefix, cities, types, label, expires_at, role, requests_per_second,
        events_per_second,
    )  # fmt: skip
    with psycopg.connect(conn_dsn) as conn:
        insert_key(conn, key_id, hash_key(key), scope)
    return key


@dataclass(frozen=True)
class KeyScope:
    """What a key may do; see create_key."""

    programme: str
    partner: str
    source_prefix: str
    cities: Sequence[str] | None = None
    types: Sequence[str] | None = None
    label: str = ""
    expires_at: datetime | None = None
    role: str = "partner"
    requests_per_second: float | None = None
    events_per_second: float | None = None


def insert_key(conn: psycopg.Connection, key_id: str, key_hash: bytes | None, scope: KeyScope) -> None:
    """Store a key as part of the caller's transaction; one without a hash signs. Raises KeyRefused."""
    check_scope(scope.programme, scope.partner, scope.source_prefix, scope.cities, scope.types, scope.expires_at)
    if scope.role not in ROLES:
        raise KeyRefused(f"There is no role {scope.role!r}: choose one of {', '.join(ROLES)}.")
    if any(rate is not None and rate <= 0 for rate in (scope.requests_per_second, scope.events_per_second)):
        raise KeyRefused("A rate must be more than 0 a second; leave it out for the gateway's own limit.")
    refuse_overlap(conn, scope.partner, scope.source_prefix)
    conn.execute(
        """
        insert into ops.api_keys
            (key_id, key_hash, programme, partner, source_prefix, cities, types, label, expires_at,
            role, requests_per_second, events_per_second)
        values (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)
        """,
        [
            key_id,
            key_hash,
            scope.programme,
            scope.partner,
            scope.source_prefix,
            None if scope.cities is None else list(scope.cities),
            None if scope.types is None else list(scope.types),
            scope.label,
            scope.expires_at,
            scope.role,
            scope.requests_per_second,
            scope.events_per_second,
        ],
    )


def list_keys(conn_dsn: str) -> list[KeyRow]:
    """All keys, oldest first, without anything that would let somebody use one."""
    with psycopg.connect(conn_dsn) as conn, conn.cursor(row_factory=class_row(KeyRow)) as cursor:
        return cursor.execute(
            """
            select key_id, programme, partner, source_prefix, cities, types, role,
                requests_per_second, events_per_second, label, created_at, expires_at, revoked_at,
                key_hash is null as signs,
                (
                    select u.last_at from ops.key_use as u
                    where u.key_id = k.key_id and u.status not in (401, 429)
                    order by u.minute desc, u.last_at desc
                    limit 1
                ) as last_used_at
            from ops.api_keys as k
            order by created_at, key_id
            """
        ).fetchall()


def revoke_key(conn_dsn: str, key_id: str) -> bool:
    """Revoke a key by its id (the eight characters after `ck_`); the gateway refuses it within 5 seconds.

    True if it was active until now, False if it had been revoked before. Raises KeyRefused if there is none.
    """
    with psycopg.connect(conn_dsn) as conn:
        row = conn.execute("select revoked_at from ops.api_keys where key_id = %s for update", [key_id]).fetchone()
        if row is None:
            raise KeyRefused(f"There is no key with id {key_id!r}. `corridor keys list` shows the ids.")
        conn.execute(
            "update ops.api_keys set revoked_at = clock_timestamp() where key_id = %s and revoked_at is null",
            [key_id],
        )
    return row[0] is None


def check_scope(
    programme: str,
    partner: str,
    source_prefix: str,
    cities: Sequence[str] | None,
    types: Sequence[str] | None,
    expires_at: datetime | None = None,
) -> None:
    """Raise KeyRefused if a value is malformed."""
    if not _CODE.fullmatch(programme):
        raise KeyRefused(f"The programme code {programme!r} must be capital letters, digits and '-', such as CM.")
    if not _PARTNER.fullmatch(partner):
        raise KeyRefused(f"The partner code {partner!r} must be lower-case letters, digits and '-'.")
    if not _PREFIX.fullmatch(source_prefix):
        raise KeyRefused(f"The source prefix {source_prefix!r} must be 3 to 200 visible ASCII characters.")
    if cities is not None and (not cities or not all(_CODE.fullmatch(city) for city in cities)):
        raise KeyRefused("The cities must be place codes such as ADAMA; leave them out for the whole programme.")
    if types is not None and not types:
        raise KeyRefused("The list of types is empty; leave it out for every type.")
    if expires_at is not None and expires_at.tzinfo is None:
        raise KeyRefused("The expiry needs a time zone.")


def refuse_overlap(conn: psycopg.Connection, partner: str, prefix: str) -> None:
    """Raise KeyRefused if `prefix` overlaps that of another partner; until the transaction ends nobody gets a new one.

    Identity is (source, id): whoever could write under another's prefix could take another's ids.
    """
    conn.execute("select pg_advisory_xact_lock(%s)", [_CREATION_LOCK])
    row = conn.execute(
        """
        select partner, source_prefix
        from (
            select partner, source_prefix from ops.api_keys
            union all
            select partner, source_prefix from ops.intake_partners
        ) as scopes
        where partner <> %(partner)s
            and (starts_with(source_prefix, %(prefix)s) or starts_with(%(prefix)s, source_prefix))
        limit 1
        """,
        {"partner": partner, "prefix": prefix},
    ).fetchone()
    if row is not None:
        raise KeyRefused(
            f"The source prefix {prefix!r} overlaps {row[1]!r} of partner {row[0]!r}: "
            "choose one of which neither begins with the other."
        )
