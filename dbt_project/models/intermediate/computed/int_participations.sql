-- Every event about one person, of whatever type, in one shape.
{%- set person_types = [
    'person_registered',
    'service_provided',
    'clinic_visit',
    'advisory_given',
    'training_enrolled',
    'training_completed',
    'proposal_submitted',
    'proposal_funded',
    'job_matched',
    'credit_disbursed',
    'student_enrolled',
] %}
{% for type in person_types %}
select
    {{ event_columns() }},
    person_token,
    sex,
    age_band,
    status,
    {{ 'service_type' if type == 'service_provided' else 'null' }}::text as service_type,
    {{ 'funder' if type == 'proposal_funded' else 'null' }}::text as funder,
    {{ 'job_change' if type == 'job_matched' else 'null' }}::text as kind
from {{ ref('stg_events__' ~ type) }}
where person_token is not null and {{ of_touched_records() }}
{% if not loop.last %}union all{% endif %}
{% endfor %}
