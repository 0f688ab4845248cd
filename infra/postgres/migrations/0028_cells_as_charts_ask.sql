-- Charts ask for an indicator's breakdown over places and months, or for what a place has in a period.
drop index published.indicator_results_valid_from_publication_valid_to_publicati_idx;
create index on published.indicator_results
(programme_code, indicator_code, dimension, period_precision, geography_code, period_start);
create index on published.indicator_results
(programme_code, geography_code, dimension, period_precision, period_start);
-- Comparing two publications asks for what began or ended between them.
create index on published.indicator_results (valid_from_publication);
create index on published.indicator_results (valid_to_publication) where valid_to_publication is not null;
