-- Names, frameworks and mappings beside the results, as of the last build that could publish. The tables of the
-- warehouse are made anew whenever the reference data changes, so readers get copies.
create table published.indicator_names (
    indicator_code text not null,
    language text not null,
    name text not null,
    primary key (indicator_code, language)
);
create table published.framework_versions (
    framework_version text primary key,
    framework_code text not null,
    name text not null,
    valid_from date not null,
    valid_to date,
    source_ref text
);
create table published.reference_indicators (
    framework_version text not null,
    reference_code text not null,
    reference_kind text not null,
    wording text not null,
    wording_status text not null,
    level text not null,
    unit_of_count text,
    source_ref text,
    primary key (framework_version, reference_code)
);
create table published.indicator_mappings (
    indicator_code text not null,
    framework_version text not null,
    reference_code text not null,
    strength text not null,
    wording_status text not null,
    valid_from date,
    valid_to date,
    note text
);
create table published.dimension_members (
    scheme_code text not null,
    sort_order integer not null,
    member_code text not null,
    name_en text not null,
    name_fr text not null,
    name_es text not null,
    name_ar text not null,
    primary key (scheme_code, member_code)
);
grant select, insert, delete on
published.indicator_names, published.framework_versions, published.reference_indicators, published.indicator_mappings,
published.dimension_members to corridor_warehouse;

create view results.indicator_names as
select
    indicator_code,
    language,
    name
from published.indicator_names;

create view results.frameworks as
select
    framework_version,
    framework_code,
    name,
    valid_from,
    valid_to,
    source_ref
from published.framework_versions;

create view results.reference_indicators as
select
    framework_version,
    reference_code,
    reference_kind,
    wording || case wording_status when 'RECALLED' then ' (recalled wording, not official)' else '' end as wording,
    wording_status,
    level,
    unit_of_count,
    source_ref
from published.reference_indicators;

create view results.indicator_mappings as
select
    indicator_code,
    framework_version,
    reference_code,
    strength,
    wording_status,
    valid_from,
    valid_to,
    note
from published.indicator_mappings;

create view results.dimension_names as
select
    scheme_code,
    sort_order,
    member_code,
    name_en,
    name_fr,
    name_es,
    name_ar
from published.dimension_members;

grant select on
results.indicator_names, results.frameworks, results.reference_indicators, results.indicator_mappings,
results.dimension_names to corridor_reader, bi_programme, bi_steering, bi_engineer;
