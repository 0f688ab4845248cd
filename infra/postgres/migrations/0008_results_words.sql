-- How figures, units and periods read. One wording for dashboards, queries and exports.
-- From a thousand million on, zeros stop being readable; the word is used where it loses nothing.
create function results.number_text(amount numeric) returns text
language sql stable parallel safe return
case
    when amount >= 1e12 and amount % 1e10 = 0 then trim_scale(amount / 1e12) || ' trillion'
    when amount >= 1e9 and amount % 1e7 = 0 then trim_scale(amount / 1e9) || ' billion'
    else trim(trailing '.' from to_char(amount, 'FM999,999,999,999,999,990.99'))
end;

create function results.figure_text(
    amount numeric, low numeric, high numeric, qualifier text, words text, unit text, currency text
) returns text
language sql stable parallel safe return
case
    when amount is null and words is not null then words
    when coalesce(amount, low, high) is not null
        then concat(
            replace(nullif(nullif(qualifier, 'exact'), 'none'), '_', ' ') || ' ',
            case when unit = 'money' then currency || ' ' end,
            coalesce(results.number_text(amount), concat_ws('–', results.number_text(low), results.number_text(high))),
            case when unit = 'percent' then '%' end
        )
end;

create function results.unit_text(unit text) returns text
language sql immutable parallel safe return
case unit
    when 'person' then 'people'
    when 'percent' then 'share'
    when 'asset' then 'items'
    when 'money' then 'money'
    when 'qualitative' then 'in words'
    when 'ratio' then 'times'
    else unit || 's'
end;

-- A figure "to date" is read at the end of its period; all others belong to the whole of it.
create function results.period_text(first_day date, last_day date, fineness text, basis text) returns text
language sql stable parallel safe return
case
    when coalesce(first_day, last_day) is null or fineness = 'unknown' then 'no date stated'
    when basis = 'to_date' and fineness = 'year' then 'by ' || to_char(last_day, 'YYYY')
    when basis = 'to_date' then 'by ' || to_char(coalesce(last_day, first_day), 'FMMon YYYY')
    when fineness = 'year' then to_char(first_day, 'YYYY')
    when fineness = 'quarter' then to_char(first_day, '"Q"Q YYYY')
    when fineness = 'month' then to_char(first_day, 'FMMon YYYY')
    when first_day = coalesce(last_day, first_day) then to_char(first_day, 'FMDD FMMon YYYY')
    when date_trunc('month', first_day) = date_trunc('month', last_day)
        then to_char(first_day, 'FMDD') || '–' || to_char(last_day, 'FMDD FMMon YYYY')
    else to_char(first_day, 'FMMon YYYY') || ' – ' || to_char(last_day, 'FMMon YYYY')
end;

-- Titles of the documents of the published history; any other source is named as it was sent.
create function results.document_text(document text) returns text
language sql immutable parallel safe return
case document
    when '000' then 'Programme brochure, phase I (000)'
    when '001' then 'Joint work programme, discussion paper (001)'
    when '002' then 'Partner-cities leaflet (002)'
    when '003' then 'First triannual update 2021 (003)'
    when '004' then 'Phase II leaflet (004)'
    when 'WEB-CA-ARUA' then 'Cities Alliance on Arua (web)'
    when 'WEB-CA-GUATEMALA' then 'Cities Alliance newsroom on Guatemala (web)'
    when 'WEB-CA-KAIROUAN' then 'Cities Alliance newsroom on Tunisia (web)'
    when 'WEB-CA-RESULTS' then 'Cities Alliance, programme results (web)'
    when 'WEB-CA-TUNISIA' then 'Cities Alliance on Citizen Spaces (web)'
    when 'WEB-IAD-SAN-MARCOS' then 'Inter-American Dialogue on San Marcos (web)'
    when 'WEB-LC-ARUA' then 'Call to Local Action, Arua City (web)'
    else document
end;
