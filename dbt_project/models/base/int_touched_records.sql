{{ config(
    materialized='table',
    indexes=[{'columns': ['record_key'], 'unique': True}],
    post_hook='analyze {{ this }}',
) }}
-- Records of which something is new, or in which an erasure put a surrogate in place of somebody.
select record_key from {{ ref('int_events_new') }}
union
select record_key from {{ source('ops', 'rewritten_records') }}
