-- Every amount of money that a standing event states, of whatever type, in its own currency.
{% for event in money_events() %}
select
    {{ event_columns() }},
    {{ event.get('person', 'null') }}::text as person_token,
    {{ event.get('people', '1' if 'person' in event else 'null') }}::numeric as people,
    {{ event.get('source', 'null') }}::text as funding_source,
    {{ event.get('in_kind', 'null') }}::boolean as is_in_kind,
    {{ event.amount }} as amount,
    {{ event.currency }} as currency
from {{ ref('stg_events__' ~ event.type) }}
where {{ event.amount }} is not null
{% if not loop.last %}union all{% endif %}
{% endfor %}
