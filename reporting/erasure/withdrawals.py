"""Withdrawals of consent that arrived as events and were not carried out yet."""

from __future__ import annotations

import psycopg

from infra.settings import Settings
from reporting.erasure.areas import types_of
from reporting.erasure.model import SURROGATE_PREFIX, Erasure, Request
from reporting.erasure.run import erase

#: A withdrawal that was carried out names a surrogate itself, so nothing else has to be remembered of it.
_WAITING = """
select r.programme_code, r.city, r.data, r.occurred_at, r.received_at
from warehouse.int_records as r
where
    r.event_type like 'consent.withdrawn.v%%'
    and r.is_current
    and not starts_with(coalesce(r.data ->> 'person_token', ''), %s)
order by r.received_at, r.record_key"""


def erase_withdrawn(settings: Settings) -> list[Erasure]:
    """Carry out every withdrawal that the warehouse holds and that was not; returns what was changed, one each."""
    with psycopg.connect(settings.dsn("warehouse"), autocommit=True) as warehouse:
        requests = waiting(warehouse)
    return erase(settings, requests)


def waiting(warehouse: psycopg.Connection) -> list[Request]:
    """One request each: what the person did, or the platform received, up to the withdrawal. None before a build."""
    row = warehouse.execute("select to_regclass('warehouse.int_records') is not null").fetchone()
    if not (row and row[0]):
        return []
    return [
        Request(
            tokens=frozenset([data["person_token"]]),
            kind="person",
            programme=programme,
            city=city,
            areas=(areas := tuple(data["areas"]) if data.get("scope") == "areas" else None),
            types=types_of(areas),
            origin="withdrawal",
            asked_by="the person, through the city",
            reason="consent withdrawn",
            occurred_until=occurred_at,
            received_until=received_at,
        )
        for programme, city, data, occurred_at, received_at in warehouse.execute(
            _WAITING, [SURROGATE_PREFIX]
        ).fetchall()
        if "person_token" in data
    ]
