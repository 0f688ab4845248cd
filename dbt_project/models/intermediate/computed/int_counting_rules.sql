-- Which events an indicator counts, and how. Rules over time, places and dimensions stand in the indicator catalogue.
select
    rule.indicator_code,
    rule.event_type,
    rule.serves,
    rule.counts
from (
    values
    ('CM-O3-02', 'person.registered.v1', null, 'persons'),
    ('CM-O3-01', 'service.provided.v1', 'basic', 'persons'),
    ('CM-O2-01', 'service.provided.v1', 'work', 'persons'),
    ('CM-O2-04', 'advisory.given.v1', null, 'records'),
    ('CM-O2-05', 'advisory.given.v1', null, 'persons'),
    ('CM-O3-03-V', 'clinic.visit.v1', null, 'records'),
    ('CM-O3-03-P', 'clinic.visit.v1', null, 'persons'),
    ('CM-O2-08-C', 'training.completed.v1', null, 'persons'),
    ('CM-O2-03-S', 'proposal.submitted.v1', null, 'records'),
    ('CM-O2-03-P', 'proposal.submitted.v1', null, 'persons'),
    ('CM-O2-03-F', 'proposal.funded.v1', null, 'records_by_funder'),
    ('CM-X-01', 'any event of a person', null, 'female_share'),
    ('CM-O3-04', 'household.enumerated.v1', null, 'households'),
    ('CM-C-ARR', 'arrival.counted.v1', null, 'arrivals'),
    ('CM-X-03', 'funding.committed.v1', null, 'usd'),
    ('CM-X-04', 'funding.committed.v1', null, 'usd_city_share')
) as rule (indicator_code, event_type, serves, counts)
