-- The same with nothing hidden, for those who may see exact cells.
create view results_exact.reported_against_computed as
select
    programme_code,
    indicator_code,
    geography_code,
    period_start,
    threshold,
    actual_source,
    reported_value as reported,
    computed_value as computed,
    reported_value - computed_value as difference,
    round(100 * (reported_value - computed_value) / nullif(computed_value, 0), 1) as difference_percent,
    phrase,
    document
from published.reported_against_computed;
grant select on results_exact.reported_against_computed to bi_steering;
