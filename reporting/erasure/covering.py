"""Which events an erasure that is under way covers, and how they look without the subject: SQL that stores share."""

from __future__ import annotations

TOKEN = "coalesce(e.data ->> 'person_token', e.data ->> 'household_token')"  # noqa: S105

_COVERED = """(
    {token} = u.token
    and e.{programme} = u.programme
    and (u.city is null or e.city = u.city)
    and (u.types is null or regexp_replace(e.{type}, '\\.v[0-9]+$', '') = any(u.types))
    and (e.occurred_at <= u.occurred_until or e.received_at <= u.received_until)
)"""

BLANKED = """jsonb_set(
    e.data,
    array[case when e.data ? 'person_token' then 'person_token' else 'household_token' end],
    to_jsonb(u.surrogate)
)"""


def covered(*, warehouse: bool = False) -> str:
    """Condition on an event `e` of raw, or of the warehouse, and a row `u` of ops.erasures_under_way."""
    names = ("programme_code", "event_type") if warehouse else ("programme", "type")
    return _COVERED.format(token=TOKEN, programme=names[0], type=names[1])
