{{ config(
    materialized='table',
    indexes=[{'columns': ['record_key'], 'unique': True}],
    post_hook='analyze {{ this }}',
) }}
-- Records of which something is new.
select distinct record_key from {{ ref('int_events_new') }}
