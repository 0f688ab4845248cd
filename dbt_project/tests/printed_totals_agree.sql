{{ config(severity='warn') }}
select
    *,
    'Document ' || document || ' prints ' || printed_value || ' for ' || indicator_code || ' in ' || geography_code
    || ', the parts add to ' || computed_value || '.' as sentence
from {{ ref('recon_printed_totals') }}
where difference != 0
