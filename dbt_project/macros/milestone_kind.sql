{# What the rules that count events (seed counting_rules) call a thing of this kind in this state. #}
{% macro milestone_kind(machine, kind, state) -%}
case {{ machine }}
        when 'plan' then {{ state }}
        else {{ kind }} || ' ' || replace({{ state }}, '_', case {{ machine }} when 'works' then ' ' else '_' end)
    end
{%- endmacro %}
