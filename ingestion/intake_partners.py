"""Partners whose own Kafka producers write to an intake topic: made, listed, revoked; passwords are shown once."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import psycopg
from psycopg.rows import class_row

from infra.kafka.access import Access
from infra.kafka.client import kafka_python_settings
from infra.kafka.partner_listener import MECHANISM, partner_protocol
from infra.settings import Settings
from ingestion.keys import KeyRefused, check_scope, refuse_overlap
from ingestion.topics import apply, intake_topic


@dataclass(frozen=True)
class IntakePartner:
    """A row of ops.intake_partners. `cities` and `types` are None where the partner is not limited to some."""

    partner: str
    programme: str
    source_prefix: str
    cities: list[str] | None
    types: list[str] | None
    topic: str
    kafka_user: str
    created_at: datetime
    password_set_at: datetime
    revoked_at: datetime | None


@dataclass(frozen=True)
class Connection:
    """All that a producer needs. `password` is known to nobody but its owner; Kafka keeps a salted hash."""

    bootstrap: str
    protocol: str
    mechanism: str
    user: str
    password: str
    topic: str
    #: With it identifiers of people are sealed: see docs/city-partner/own-kafka.md.
    public_key: str


def add_partner(
    settings: Settings,
    *,
    programme: str,
    partner: str,
    source_prefix: str,
    cities: Sequence[str] | None = None,
    types: Sequence[str] | None = None,
    partitions: int = 4,
) -> Connection:
    """Make the topic, the user and its one grant, and let the intake know of it; it takes it in within 10 seconds.

    A partner that was revoked is let in again, with the scope given now. Raises KeyRefused when a value is malformed,
    the source prefix overlaps that of another partner, or the partner has a producer already.
    """
    check_scope(programme, partner, source_prefix, cities, types)
    topic = intake_topic(partner, settings.env, partitions=partitions)
    # Never "ANONYMOUS", which is what the stack's own processes are called: the prefix sees to that.
    user, password = f"intake-{partner}", secrets.token_urlsafe(32)
    with psycopg.connect(settings.dsn("owner"), connect_timeout=10) as database:
        refuse_overlap(database, partner, source_prefix)
        known = database.execute("select revoked_at from ops.intake_partners where partner = %s", [partner]).fetchone()
        if known is not None and known[0] is None:
            raise KeyRefused(f"{partner!r} has a producer already: `corridor partners rotate {partner}`, or revoke it.")
        database.execute(
            """
            insert into ops.intake_partners
                (partner, programme, source_prefix, cities, types, topic, kafka_user)
            values (%s, %s, %s, %s, %s, %s, %s)
            on conflict (partner) do update set
                programme = excluded.programme, source_prefix = excluded.source_prefix, cities = excluded.cities,
                types = excluded.types, password_set_at = clock_timestamp(), revoked_at = null
            """,
            [
                partner, programme, source_prefix, None if cities is None else list(cities),
                None if types is None else list(types), topic.name, user,
            ],
        )  # fmt: skip
        # Within the transaction: if Kafka does not do it, nobody is told that it is done, and it can be asked again.
        apply(kafka_python_settings(settings), (topic,), env=settings.env)
        with Access(kafka_python_settings(settings)) as access:
            access.set_password(user, password)
            access.grant_writing(user, topic.name)
    return _connection(settings, user, password, topic.name)


def list_partners(settings: Settings) -> list[IntakePartner]:
    """Every partner that has or had a producer."""
    with psycopg.connect(settings.dsn("owner"), connect_timeout=10) as database:
        return (
            database.cursor(row_factory=class_row(IntakePartner))
            .execute(
                "select partner, programme, source_prefix, cities, types, topic, kafka_user, created_at,"
                " password_set_at, revoked_at from ops.intake_partners order by partner"
            )
            .fetchall()
        )


def revoke_partner(settings: Settings, partner: str) -> bool:
    """Take user and grant away: nothing more can be written, by open connections neither. Safe to repeat.

    What was written before is still taken over. True if the partner could write until now.
    Raises KeyRefused if there is no such partner.
    """
    with psycopg.connect(settings.dsn("owner"), connect_timeout=10) as database:
        user, was_revoked = _known(database, partner)
        with Access(kafka_python_settings(settings)) as access:
            access.drop_user(user)
        database.execute(
            "update ops.intake_partners set revoked_at = coalesce(revoked_at, clock_timestamp()) where partner = %s",
            [partner],
        )
    return not was_revoked


def rotate_password(settings: Settings, partner: str) -> Connection:
    """Give the partner's user another password; who signs in with the old one is refused at once.

    Connections that are open go on. Raises KeyRefused if there is no such partner, or it was revoked.
    """
    password = secrets.token_urlsafe(32)
    with psycopg.connect(settings.dsn("owner"), connect_timeout=10) as database:
        user, is_revoked = _known(database, partner)
        if is_revoked:
            raise KeyRefused(f"{partner!r} was revoked: `corridor partners add` lets it in again.")
        database.execute(
            "update ops.intake_partners set password_set_at = clock_timestamp() where partner = %s", [partner]
        )
        with Access(kafka_python_settings(settings)) as access:
            access.set_password(user, password)
    return _connection(settings, user, password, intake_topic(partner, settings.env).name)


def _known(database: psycopg.Connection, partner: str) -> tuple[str, bool]:
    row = database.execute(
        "select kafka_user, revoked_at is not null from ops.intake_partners where partner = %s for update", [partner]
    ).fetchone()
    if row is None:
        raise KeyRefused(f"{partner!r} has no producer: `corridor partners list` shows who has.")
    return str(row[0]), bool(row[1])


def _connection(settings: Settings, user: str, password: str, topic: str) -> Connection:
    if settings.kafka_is_embedded:
        host = settings.env.get("CORRIDOR_KAFKA_PARTNERS_HOST") or "127.0.0.1"
        bootstrap, protocol = f"{host}:{settings.port('kafka_partners')}", partner_protocol(settings)
    else:
        bootstrap, protocol = settings.kafka_bootstrap, "SASL_SSL"
    return Connection(
        bootstrap=settings.env.get("CORRIDOR_KAFKA_PARTNERS_ADDRESS") or bootstrap,
        protocol=protocol,
        mechanism=MECHANISM,
        user=user,
        password=password,
        topic=topic,
        public_key=settings.secret("intake_public"),
    )
