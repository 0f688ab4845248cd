-- Figures to date of a phase: how their period reads, and what is told of the events behind them.
-- A figure "to date" is read at the end of its period; one counted within a phase says
-- so; all others belong to the whole of it.
create or replace function results.period_text(first_day date, last_day date, fineness text, basis text) returns text
language sql stable parallel safe return
case
    when coalesce(first_day, last_day) is null or fineness = 'unknown' then 'no date stated'
    when fineness = 'phase'
        then to_char(first_day, 'FMMon YYYY') || ' – ' || to_char(last_day, 'FMMon YYYY') || ', to date'
    when basis = 'to_date' and fineness = 'year' then 'by ' || to_char(last_day, 'YYYY')
    when basis = 'to_date' then 'by ' || to_char(coalesce(last_day, first_day), 'FMMon YYYY')
    when fineness = 'year' then to_char(first_day, 'YYYY')
    when fineness = 'quarter' then to_char(first_day, '"Q"Q YYYY')
    when fineness = 'month' then to_char(first_day, 'FMMon YYYY')
    when first_day = coalesce(last_day, first_day) then to_char(first_day, 'FMDD FMMon YYYY')
    when date_trunc('month', first_day) = date_trunc('month', last_day)
        then to_char(first_day, 'FMDD') || '–' || to_char(last_day, 'FMDD FMMon YYYY')
    else to_char(first_day, 'FMMon YYYY') || ' – ' || to_char(last_day, 'FMMon YYYY')
end;

-- One row an event that counts in the cell (computed totals) or a document (stated figures); nothing of a hidden cell,
-- and nothing where the events held now do not give exactly what was published.
create or replace function results.evidence_of(wanted_cell text)
returns table (reference text, month text, event_type text, source text, document text, phrase text)
language plpgsql stable security definer rows 100 set search_path = pg_catalog, pg_temp set jit = off as $$
declare
    shown published.indicator_results;
    publication bigint;
    key bytea;
    is_about_people boolean;
begin
    select p.publication_id into publication from ops.current_publication as p;
    select r.* into shown
    from published.indicator_results as r
    where
        r.cell_id = wanted_cell
        and r.valid_from_publication <= publication
        and (r.valid_to_publication is null or r.valid_to_publication > publication)
        and (r.suppression is null or r.suppression = 'exempt');
    if not found then
        return;
    end if;
    select s.salt into key from ops.evidence_salt as s;
    key := key || convert_to(wanted_cell || ' ' || shown.valid_from_publication || ' ', 'UTF8');

    if shown.source_document is not null or shown.source_phrase is not null then
        return query select
            left(encode(sha256(key || sha256(key || convert_to(
                concat_ws(' ', shown.source_document, shown.source_phrase), 'UTF8'
            ))), 'hex'), 20),
            null::text, null::text, null::text, shown.source_document, shown.source_phrase;
        return;
    end if;

    if
        shown.origin is distinct from 'computed' or shown.dimension <> 'total'
        or shown.valid_to_publication is not null or to_regclass('warehouse.int_indicator_events') is null
    then
        return;
    end if;
    select coalesce(bool_or(i.threshold > 0), true) into is_about_people
    from warehouse.dim_indicators as i
    where i.indicator_code = shown.indicator_code;

    return query
    with events as (
        select
            e.*,
            row_number() over (
                partition by e.city, e.counted_key
                order by e.precedence desc, e.occurred_at desc, e.received_at desc, e.event_id collate "C" desc
            ) = 1 as tells
        from warehouse.int_indicator_events as e
        inner join warehouse.int_place_containers as p on e.programme_code = p.programme_code and e.city = p.city
        where
            e.programme_code = shown.programme_code
            and e.indicator_code = shown.indicator_code
            and p.geography_code = shown.geography_code
            and p.geography_level = shown.geography_level
            and e.month_start between shown.period_start and shown.period_end
            and e.is_declared
    ),

    -- What counts: of several events of one person the last.
    counted as (
        select e.* from events as e
        where e.tells and e.amount <> 0 and (shown.funder is null or e.funder = shown.funder)
    ),

    whole as (
        select count(*) as things, sum(c.amount) as amount, sum(c.amount_part) as amount_part from counted as c
    ),

    months as (
        select c.month_start, count(*) as things, sum(c.amount) as amount from counted as c group by c.month_start
    ),

    published_months as (
        select r.period_start, r.suppression, coalesce(r.denominator, r.actual) as amount
        from published.indicator_results as r
        where
            r.programme_code = shown.programme_code
            and r.framework_version = shown.framework_version
            and r.indicator_code = shown.indicator_code
            and r.geography_level = shown.geography_level
            and r.geography_code = shown.geography_code
            and r.funder is not distinct from shown.funder
            and r.dimension = 'total'
            and r.period_precision = 'month'
            and r.period_start between shown.period_start and shown.period_end
            and r.origin = 'computed'
            and r.valid_from_publication <= publication
            and r.valid_to_publication is null
    ),

    -- People are told by month only where all months are shown and add up to the figure: then it is known already that
    -- nobody came in two of them. Anything less would say who came again, and with that what a hidden month counts.
    are_told as (
        select
            not is_about_people or (
                bool_and(p.suppression is null)
                and sum(p.amount) = coalesce(shown.denominator, shown.actual)
            ) as by_month
        from published_months as p
    ),

    -- A month is told only where its own cell says to everybody how many of these events lie in it.
    told as materialized (
        select m.month_start
        from months as m
        cross join are_told as a
        inner join published_months as p on m.month_start = p.period_start
        where
            a.by_month
            and p.suppression is null
            and p.amount = m.amount
            and (not is_about_people or p.amount = m.things)
    )

    select
        left(encode(sha256(key || sha256(key || convert_to(c.source || ' ' || c.event_id, 'UTF8'))), 'hex'), 20)
            as told_reference,
        case when t.month_start is not null then to_char(c.month_start, 'YYYY-MM') end,
        case when not is_about_people then c.event_type end,
        case when not is_about_people then c.source end,
        null::text,
        null::text
    from counted as c
    cross join whole as w
    left join told as t on c.month_start = t.month_start
    where
        w.amount = coalesce(shown.denominator, shown.actual)
        and (shown.numerator is null or w.amount_part = shown.numerator)
        and (not is_about_people or w.things = w.amount)
    -- The order of the events themselves would tell which row of another cell is the same event.
    order by told_reference;
end
$$;
