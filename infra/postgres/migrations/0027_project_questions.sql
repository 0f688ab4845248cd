-- The three questions that the manager of each project and corridor asks, and the published cells that answer them.
create table published.programmes (
    programme_code text primary key,
    name text not null,
    is_simulated boolean not null,
    published boolean not null
);
create table published.projects (
    project_code text primary key,
    title text not null,
    phase text
);
create table published.project_questions (
    question_code text primary key,
    project_code text not null,
    place_code text not null,
    question_number integer not null,
    question_en text not null,
    question_fr text not null,
    question_es text not null,
    question_ar text not null
);
create table published.project_question_answers (
    question_code text not null,
    indicator_code text not null,
    place_code text not null,
    dimension text not null,
    role text not null,
    primary key (question_code, indicator_code, place_code, dimension)
);
grant select, insert, delete on
published.programmes, published.projects, published.project_questions, published.project_question_answers
to corridor_warehouse;

-- One row a question, programme, indicator that answers it and cell. Of counted cells those of the latest month and of
-- the latest year that say something, so that a breakdown is of one period; of stated ones all of the project's phase,
-- because documents differ and both numbers stay. An indicator without any cell keeps a row with the status no_actual,
-- so no question is ever missing.
create view results.project_questions as
with asked as (
    select
        g.programme_code,
        g.is_simulated,
        q.question_code,
        q.project_code,
        q.place_code as asked_for,
        p.phase,
        q.question_number,
        q.question_en,
        q.question_fr,
        q.question_es,
        q.question_ar,
        a.indicator_code,
        a.place_code,
        a.dimension,
        a.role
    from published.project_questions as q
    inner join published.projects as p on q.project_code = p.project_code
    inner join published.project_question_answers as a on q.question_code = a.question_code
    cross join published.programmes as g
    where g.published
),

found as (
    select
        a.question_code,
        r.*,
        bool_or(r.origin = 'computed') over (
            partition by a.question_code, r.programme_code, r.indicator_code, r.geography_code, r.dimension
        ) as counted
    from asked as a
    inner join results.indicator_results as r
        on
            a.programme_code = r.programme_code
            and a.indicator_code = r.indicator_code
            and a.place_code = r.geography_code
            and a.dimension = r.dimension
            and (r.phase is null or a.phase = r.phase)
),

ranked as (
    select
        f.*,
        rank() over (
            partition by
                f.question_code, f.programme_code, f.indicator_code, f.geography_code, f.dimension,
                case when f.counted then f.period_precision end
            order by f.status = 'no_actual', f.period_end desc nulls last, coalesce(f.target_is_current, true) desc
        ) = 1 as is_latest
    from found as f
)

select
    a.programme_code,
    a.is_simulated,
    a.project_code,
    a.asked_for,
    a.phase,
    a.question_code,
    a.question_number,
    a.question_en,
    a.question_fr,
    a.question_es,
    a.question_ar,
    a.role,
    a.indicator_code,
    r.indicator_name,
    r.unit_of_count,
    a.place_code,
    a.dimension,
    r.dimension_value,
    r.funder,
    r.period_start,
    r.period_end,
    r.period_precision,
    r.basis,
    coalesce(r.is_latest, true) as is_latest,
    r.actual,
    r.actual_low,
    r.actual_high,
    r.actual_qualifier,
    r.actual_text,
    r.currency,
    r.target,
    r.target_qualifier,
    r.target_is_current,
    r.achievement,
    r.baseline_text,
    coalesce(r.status, 'no_actual') as status,
    coalesce(r.origin, 'none') as origin,
    r.suppression,
    r.held_cities,
    r.note,
    coalesce(r.source_phrase, r.target_phrase) as phrase,
    r.source_document as document,
    r.cell_id,
    r.as_of
from asked as a
left join ranked as r
    on
        a.question_code = r.question_code
        and a.programme_code = r.programme_code
        and a.indicator_code = r.indicator_code
        and a.place_code = r.geography_code
        and a.dimension = r.dimension
        and (r.is_latest or not r.counted);

grant select on results.project_questions to corridor_reader, bi_programme, bi_steering, bi_engineer;
