{#
    The small-cell rule as a fixpoint over sums. Cells are numbered 1..n from the smallest to the largest (ties already
    broken by the caller), so "the smallest shown child" is the child with the least number. Every round judges all
    sums on the same state and then hides all picks together; only sums touched by the last picks are judged again.
    `coded`: whether small cells of it are shown as "fewer than the threshold". A reader who knows that needs more left
    open: another hidden cell beside the coded ones, and a hidden sum that leaves each of them every number below the
    threshold.
#}
{% macro create_small_cell_function() %}
create or replace function {{ target.schema }}.hide_small_cells(
    amounts bigint[], thresholds integer[], coded boolean[], parents integer[], equations text[], children integer[]
) returns table (size_rank integer, suppression text)
language plpgsql volatile as $function$
#variable_conflict use_column
begin
    drop table if exists pg_temp.sc_cells, pg_temp.sc_members, pg_temp.sc_sums, pg_temp.sc_fresh;
    create temporary table sc_cells on commit drop as
    select c.number::integer as cell, c.amount, c.coded,
        case when c.coded then 2 * c.threshold - 1 else c.threshold end as needed,
        c.amount > 0 and c.amount < c.threshold as hidden,
        c.amount > 0 and c.amount < c.threshold as small
    from unnest(amounts, thresholds, coded) with ordinality as c (amount, threshold, coded, number);
    create temporary table sc_members on commit drop as
    select dense_rank() over (order by m.parent, m.equation collate "C")::integer as sum_id, m.parent, m.child
    from unnest(parents, equations, children) as m (parent, equation, child);
    create temporary table sc_sums on commit drop as select distinct sum_id, parent from sc_members;
    create temporary table sc_fresh on commit drop as select cell from sc_cells where hidden;
    create unique index on sc_cells (cell);
    create index on sc_members (sum_id);
    create index on sc_members (child);
    create index on sc_sums (parent);
    analyze sc_cells, sc_members, sc_sums, sc_fresh;

    loop
        create temporary table sc_picks on commit drop as
        with touched as (
            select m.sum_id from sc_fresh as f inner join sc_members as m on f.cell = m.child
            union
            select s.sum_id from sc_fresh as f inner join sc_sums as s on f.cell = s.parent
        ),
        judged as (
            select m.parent, p.hidden as parent_hidden, p.needed, p.coded,
                count(*) filter (where c.hidden) as hidden_children,
                count(*) filter (where c.small) as small_children,
                coalesce(sum(c.amount) filter (where c.hidden), 0) as hidden_amount,
                min(c.cell) filter (where not c.hidden) as smallest_shown
            from touched as t
            inner join sc_members as m on t.sum_id = m.sum_id
            inner join sc_cells as c on m.child = c.cell
            inner join sc_cells as p on m.parent = p.cell
            group by m.sum_id, m.parent, p.hidden, p.needed, p.coded
        )
        select distinct coalesce(smallest_shown, parent) as cell
        from judged
        where
            (
                not parent_hidden and hidden_children > 0
                and (hidden_children < 2 or hidden_amount < needed or (coded and hidden_children = small_children))
            )
            or (parent_hidden and hidden_children = 0);
        exit when not exists (select from sc_picks);
        update sc_cells set hidden = true from sc_picks where sc_cells.cell = sc_picks.cell;
        drop table sc_fresh;
        alter table sc_picks rename to sc_fresh;
    end loop;

    return query
    select cell, case when small then 'primary' else 'complementary' end
    from sc_cells where hidden;
    drop table sc_cells, sc_members, sc_sums, sc_fresh, sc_picks;
end
$function$
{% endmacro %}
