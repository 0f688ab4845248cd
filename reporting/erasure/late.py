"""Events of erased subjects that came afterwards and tell of before: a phone that was offline, a restored backup."""

from __future__ import annotations

from datetime import datetime

import psycopg

from infra.settings import Settings
from reporting.erasure.beginning import begin, is_busy
from reporting.erasure.covering import TOKEN
from reporting.erasure.digests import digest_of
from reporting.erasure.model import SURROGATE_PREFIX, Request
from reporting.erasure.run import alone, carry_out
from reporting.erasure.tokens import linked_tokens

_NEWS = """(
    select type, programme, city, source, subject, occurred_at, received_at, data, load_id from raw.events
    union all
    select type, programme, city, source, subject, occurred_at, received_at, data, load_id from raw.id_conflicts
) as e"""

#: Who arrived, and what of it an earlier erasure covers is asked one by one: nearly always it is nobody.
_ARRIVED = f"""
select distinct {TOKEN} from {_NEWS}
where e.load_id > %(after)s and e.load_id <= %(upto)s and {TOKEN} is not null
union
select token from raw.first_tokens where load_id > %(after)s and load_id <= %(upto)s"""  # noqa: S608

#: Records by the key that dbt's macro record_key gives them.
_LATE = f"""
select
    s.programme, s.city, s.types, s.occurred_until,
    coalesce(bool_or(e.data ? 'household_token'), false),
    count(e.data) > 0,
    array_agg(distinct md5(concat_ws(
        '|', e.programme, e.source, rtrim(e.type, '0123456789'), e.subject
    ))::uuid)
from ops.erased_subjects as s
left join {_NEWS}
    on
        e.load_id > %(after)s
        and e.load_id <= %(upto)s
        and {TOKEN} = any(%(linked)s)
        and e.programme = s.programme
        and (s.city is null or e.city = s.city)
        and (s.types is null or regexp_replace(e.type, '\\.v[0-9]+$', '') = any(s.types))
        and e.occurred_at <= s.occurred_until
where s.digest = %(digest)s
group by s.programme, s.city, s.types, s.occurred_until
having
    count(e.data) > 0
    or exists (select from raw.first_tokens where token = %(token)s)"""  # noqa: S608

#: Corrections of a record that was erased keep its surrogate, or one person would be counted twice.
_KNOWN = """
select min(coalesce(data ->> 'person_token', data ->> 'household_token'))
from warehouse.int_records
where
    record_key = any(%s)
    and starts_with(coalesce(data ->> 'person_token', data ->> 'household_token'), %s)"""


def erase_late(settings: Settings, *, everything: bool = False) -> int:
    """Look through the loads that closed since the last time, or all in the database; returns erasures begun.

    Needs no subject: tokens that arrived are hashed with the secret erasure_key and looked up among those erased.
    What an erased person does anew, after the erasure, is kept: the city answers for their consent.
    """
    with alone(settings) as (owner, warehouse):
        carry_out(owner, warehouse)
        span = _span(owner, everything)
        begun = 0
        row = owner.execute("select exists (select from ops.erased_subjects)").fetchone()
        if row and row[0]:
            for (token,) in owner.execute(_ARRIVED, span).fetchall():
                if not token.startswith(SURROGATE_PREFIX):
                    begun += _erase_again(settings, owner, warehouse, {**span, "token": token})
        carry_out(owner, warehouse)
        owner.execute("update ops.erasure_mark set upto_load_id = %s", [span["upto"]])
    return begun


def _span(owner: psycopg.Connection, everything: bool) -> dict[str, int]:
    row = owner.execute(
        """
        select
            (select upto_load_id from ops.erasure_mark),
            coalesce((select max(load_id) from raw.loads where finished_at is not null), 0)
        """
    ).fetchone()
    assert row is not None
    return {"after": 0 if everything else row[0], "upto": row[1]}


def _erase_again(
    settings: Settings, owner: psycopg.Connection, warehouse: psycopg.Connection, arrived: dict[str, int | str]
) -> int:
    token = str(arrived["token"])
    # A rotation's link may arrive with the event: then it is the event that says which surrogate is theirs.
    linked = sorted(linked_tokens(owner, frozenset([token])))
    found = owner.execute(_LATE, {**arrived, "linked": linked, "digest": digest_of(settings, token)}).fetchall()
    for programme, city, types, occurred_until, is_household, has_events, records in found:
        if is_busy(owner, frozenset([token])):
            carry_out(owner, warehouse)
        request = _request(token, "household" if is_household else "person", programme, city, types, occurred_until)
        begin(owner, settings, request, _known_surrogate(warehouse, records) if has_events else None)
    return len(found)


def _request(
    token: str, kind: str, programme: str, city: str | None, types: list[str] | None, occurred_until: datetime
) -> Request:
    return Request(
        tokens=frozenset([token]),
        kind=kind,
        programme=programme,
        city=city,
        areas=None,
        types=None if types is None else tuple(types),
        origin="late",
        asked_by="an earlier erasure",
        reason="came after its erasure",
        occurred_until=occurred_until,
        received_until=occurred_until,
    )


def _known_surrogate(warehouse: psycopg.Connection, records: list[object]) -> str | None:
    row = warehouse.execute("select to_regclass('warehouse.int_records') is not null").fetchone()
    if not (row and row[0]):
        return None
    found = warehouse.execute(_KNOWN, [records, SURROGATE_PREFIX]).fetchone()
    return found[0] if found else None
