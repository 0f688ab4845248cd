"""One row a programme and city about its events that are not yet admitted to the facts.

All landing expectations read these rows, so the events themselves are read once. A record counts by its newest version
among them: what was voided or corrected no longer fails anything.
"""

from __future__ import annotations

from dataclasses import dataclass

from psycopg import sql

from expectations.catalogue import Catalogue


@dataclass(frozen=True)
class Window:
    """Loads to look at: after `audited_load_id` for open cities, after the last admitted one for held cities."""

    audited_load_id: int
    lowest_load_id: int
    upto_load_id: int


def facts_query(window: Window, catalogue: Catalogue) -> str:
    """SQL of the facts; bounded by load id so that only new rows are read."""
    return _FACTS.format(
        audited=window.audited_load_id,
        low=window.lowest_load_id,
        upto=window.upto_load_id,
        indicators=list(catalogue.indicators),
        places=catalogue.places,
    ).as_string(None)


_FACTS = sql.SQL(
    """
    with landed as (
        select
            e.*,
            coalesce(e.city, '') as gate_city,
            row_number() over (
                partition by e.programme, e.source, e.type, e.subject
                order by e.record_version desc, e.received_at asc, e.id collate "C" asc
            ) = 1 and e.operation <> 'void' as counts,
            e.data ->> 'indicator_code' as indicator_code,
            e.data -> 'place' ->> 'code' as place_code,
            e.data ->> 'age_band' as age_band
        from raw.events as e
        left join ops.city_gate as g
            on e.programme = g.programme and coalesce(e.city, '') = g.city and g.state = 'held'
        where
            e.load_id > {low}
            and e.load_id <= {upto}
            and e.load_id > case when g.city is null then {audited} else coalesce(g.admitted_to_load, 0) end
    ),

    judged as (
        select
            *,
            -- A target is set today for a later year; a coarse date stands for its whole period.
            counts and type <> 'target.set.v1' and occurred_at > received_at + case time_precision
                when 'second' then interval '1 day'
                when 'hour' then interval '1 day'
                when 'day' then interval '2 days'
                when 'month' then interval '32 days'
                when 'quarter' then interval '93 days'
                else interval '367 days'
            end as in_future,
            counts and indicator_code is not null and indicator_code <> all({indicators}::text[]) as indicator_unknown,
            counts and (
                (gate_city <> '' and gate_city <> all({places}::text[]))
                or place_code <> all({places}::text[])
            ) as place_unknown,
            counts and jsonb_exists(data, 'person_token') as about_person,
            counts and age_band in ('0-4', '5-11') and type in (
                'training.completed.v1', 'proposal.submitted.v1', 'proposal.funded.v1', 'advisory.given.v1'
            ) as child_at_work,
            counts and indicator_code is null and occurred_at < timestamptz '2015-01-01 00:00Z' as long_ago
        from landed
    ),

    usual as (
        select
            city_rows.key as city_key,
            max(city_rows.value::bigint) as events_landed
        from (
            select observed from ops.audit_results
            where expectation = 'volume_as_usual' and jsonb_exists(observed, 'events')
            order by audit_id desc
            limit 200
        ) as recent
        cross join lateral jsonb_each_text(recent.observed -> 'events') as city_rows
        group by city_rows.key
    ),

    counted as (
        select
            programme,
            gate_city as city,
            count(*) as events_landed,
            count(*) filter (where in_future) as future_events,
            count(*) filter (where indicator_unknown) as unknown_indicators,
            array_to_string((array_agg(distinct indicator_code) filter (where indicator_unknown))[1:3], ', ')
                as indicator_examples,
            count(*) filter (where place_unknown) as unknown_places,
            array_to_string(
                (array_agg(distinct coalesce(place_code, gate_city)) filter (where place_unknown))[1:3], ', '
            ) as place_examples,
            count(*) filter (where jsonb_exists_any(data, array['person_id', 'household_id'])) as plain_identifiers,
            count(*) filter (where child_at_work) as children_at_work,
            count(*) filter (where long_ago) as long_ago_events,
            count(*) filter (where about_person) as person_events,
            sum(
                (data ->> 'sex' in ('unknown', 'not_collected'))::int
                + (age_band in ('unknown', 'not_collected'))::int
                + (data ->> 'status' in ('unknown', 'not_collected'))::int
            ) filter (where about_person) as unknown_answers
        from judged
        group by programme, gate_city
    )

    select
        c.*,
        -- Of a handful of people, a share says nothing.
        case when c.person_events >= 20 then round(c.unknown_answers / (3.0 * c.person_events), 3) end as unknown_share,
        -- Below a thousand events, a multiple of little is still little; a first landing has nothing to compare with.
        case when u.city_key is not null then round(c.events_landed / greatest(u.events_landed, 1000)::numeric, 2) end
            as times_usual
    from counted as c
    left join usual as u on u.city_key = c.programme || '/' || c.city
    """
)
