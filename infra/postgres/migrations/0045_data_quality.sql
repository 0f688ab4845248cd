-- Quality over time, by the month in which events landed. Exact counts of events are for engineers.
create view ops.v_data_quality as
with landed as (
    select
        programme,
        city,
        partner,
        event_type,
        date_trunc('month', judged_at at time zone 'UTC')::date as month_landed,
        sum(new_events)::bigint as events,
        sum(new_corrections)::bigint as corrections,
        sum(new_voids)::bigint as voids,
        sum(new_within_2_days)::bigint as within_2_days,
        sum(new_within_30_days)::bigint as within_30_days,
        sum(new_later)::bigint as later,
        sum(new_questions)::bigint as questions,
        sum(new_unknown)::bigint as answers_unknown,
        sum(new_not_collected)::bigint as answers_not_collected
    from ops.landing_facts
    group by programme, city, partner, event_type, date_trunc('month', judged_at at time zone 'UTC')
),

refused as (
    select
        coalesce(programme, '') as programme,
        coalesce(city, '') as city,
        coalesce(partner, '') as partner,
        coalesce(type, '') as event_type,
        date_trunc('month', loaded_at at time zone 'UTC')::date as month_landed,
        count(*) as rejected
    from raw.rejected_events
    group by
        coalesce(programme, ''), coalesce(city, ''), coalesce(partner, ''), coalesce(type, ''),
        date_trunc('month', loaded_at at time zone 'UTC')
)

select
    coalesce(l.programme, r.programme) as programme,
    coalesce(l.city, r.city) as city,
    coalesce(l.partner, r.partner) as partner,
    coalesce(l.event_type, r.event_type) as event_type,
    coalesce(l.month_landed, r.month_landed) as month_landed,
    coalesce(l.events, 0) as events,
    coalesce(r.rejected, 0) as rejected,
    coalesce(l.corrections, 0) as corrections,
    coalesce(l.voids, 0) as voids,
    coalesce(l.within_2_days, 0) as within_2_days,
    coalesce(l.within_30_days, 0) as within_30_days,
    coalesce(l.later, 0) as later,
    coalesce(l.questions, 0) as questions,
    coalesce(l.answers_unknown, 0) as answers_unknown,
    coalesce(l.answers_not_collected, 0) as answers_not_collected
from landed as l
full join refused as r
    on
        l.programme = r.programme
        and l.city = r.city
        and l.partner = r.partner
        and l.event_type = r.event_type
        and l.month_landed = r.month_landed;
comment on view ops.v_data_quality is
'What each partner sent, by city, type and month of landing: in time, refused, mended afterwards, with open answers.';

-- For everybody: shares in whole percent and counts to the next ten, so that no event of a person stands out.
create view ops.v_partner_scorecards as
with months as (
    select
        *,
        month_landed > (now() - interval '4 months')::date as is_recent
    from ops.v_data_quality
    where programme != '' and partner != '' and programme != 'OPS'
),

summed as (
    select
        programme,
        partner,
        city,
        max(month_landed) as last_month,
        sum(events) as events,
        sum(rejected) as rejected,
        sum(corrections + voids) as mended,
        sum(within_2_days + within_30_days) as in_time,
        sum(later) as later,
        sum(questions) as questions,
        sum(answers_unknown) as answers_unknown,
        sum(answers_not_collected) as answers_not_collected
    from months
    where is_recent
    group by programme, partner, city
),

newest_audit as (select max(audit_id) as audit_id from ops.audits where subject = 'landing'),

doubts as (
    select
        r.programme,
        r.city,
        r.partner,
        count(*) filter (where r.severity = 'critical') as critical,
        count(*) as doubts,
        string_agg(distinct r.sentence, ' ') as sentences
    from ops.audit_results as r
    inner join newest_audit as n on r.audit_id = n.audit_id
    where not r.success and r.partner is not null
    group by r.programme, r.city, r.partner
),

shares as (
    select
        s.programme,
        s.partner,
        s.city,
        s.last_month,
        10 * ceil(s.events / 10) as events_about,
        round(100 * s.rejected / nullif(s.events + s.rejected, 0)) as rejected_percent,
        round(100 * s.in_time / nullif(s.in_time + s.later, 0)) as in_time_percent,
        round(100 * s.mended / nullif(s.events, 0)) as mended_percent,
        round(100 * s.answers_unknown / nullif(s.questions, 0)) as unknown_percent,
        round(100 * s.answers_not_collected / nullif(s.questions, 0)) as not_collected_percent,
        coalesce(d.critical, 0) as critical_doubts,
        coalesce(d.doubts, 0) as doubts,
        d.sentences,
        coalesce(g.state = 'held', false) as is_held
    from summed as s
    left join doubts as d on s.programme = d.programme and s.city = d.city and s.partner = d.partner
    left join ops.city_gate as g on s.programme = g.programme and s.city = g.city
)

select
    *,
    case
        when is_held or critical_doubts > 0 or rejected_percent > 10 or in_time_percent < 50 then 'poor'
        when
            doubts > 0 or rejected_percent > 2 or in_time_percent < 90
            or unknown_percent + not_collected_percent > 30
            then 'watch'
        else 'good'
    end as verdict,
    concat_ws(
        ' ',
        case when is_held then 'The city is held out of the facts until its doubtful events are mended.' end,
        sentences,
        case
            when rejected_percent > 2
                then rejected_percent || '% of what was sent was refused: the receipts say why, row by row.'
        end,
        case
            when in_time_percent < 90
                then 100 - in_time_percent || '% of the events came more than 30 days after they happened.'
        end,
        case
            when unknown_percent + not_collected_percent > 30
                then
                    unknown_percent + not_collected_percent
                    || '% of the answers on sex, age and status are unknown or were not collected.'
        end
    ) as sentence
from shares;
comment on view ops.v_partner_scorecards is
'How well each partner reports on each city, over the months from three months ago until now.';

grant select on ops.v_partner_scorecards to corridor_reader, bi_programme, bi_engineer;
grant select on ops.v_data_quality to bi_engineer;
