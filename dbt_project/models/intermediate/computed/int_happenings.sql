-- What happened without being about one person, in one shape: of which kind it is, the name that tells it from others,
-- and how many took part.
{%- set events = {
    'plan_status_changed': ('to_status', 'document_title'),
    'site_mapped': ('site_type', 'site_name'),
    'student_enrolled': ('school_level', 'school'),
    'office_status_changed': ("concat_ws(' ', office_type, to_status)", 'office'),
    'works_progress': (
        "concat_ws(' ', asset_type, case when handover_date <= occurred_on then 'handed over' else 'in work' end)",
        'asset',
    ),
    'forum_held': ('level', 'null'),
    'advocacy_participation': ('level', 'forum_name'),
    'knowledge_published': ('knowledge_type', 'publication_title'),
    'workshop_held': ('null', 'null'),
    'agreement_signed': ('agreement_type', 'null'),
    'stakeholder_engaged': ('constituency', 'organisation'),
} %}
{%- set participants = 'coalesce(participants_female, 0) + coalesce(participants_male, 0)'
    ~ ' + coalesce(participants_other, 0) + coalesce(participants_unknown, 0)' %}
{%- set is_counted = 'num_nonnulls(participants_female, participants_male, participants_other, '
    ~ 'participants_unknown) > 0' %}
{%- for type, (kind, name) in events.items() %}
select
    {{ event_columns() }},
    {{ kind }}::text as kind,
    lower(btrim({{ name }}::text)) as name,
    {{ is_counted if type == 'forum_held' else 'false' }} as is_counted,
    ({{ participants if type == 'forum_held' else '0' }})::numeric as participants
from {{ ref('stg_events__' ~ type) }}
where {{ of_touched_records() }}
{% if not loop.last %}union all{% endif %}
{%- endfor %}
