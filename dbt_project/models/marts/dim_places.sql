select
    place_code,
    level as geography_level,
    name as geography_name,
    country_code,
    parent_code,
    pcode,
    iso_3166_2,
    geonames_id,
    m49,
    coalesce(timezone, 'UTC') as timezone,
    lat,
    lon,
    phases,
    valid_from,
    valid_to
from {{ ref('places') }}
