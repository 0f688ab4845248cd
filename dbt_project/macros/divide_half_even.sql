{# Exact quotient of two positive numerics to 2 decimals, ties to the even cent: round() would take ties away from zero. #}
{% macro divide_half_even(amount, divisor) -%}
round((
        div({{ amount }} * 100, {{ divisor }})
        + case sign(2 * mod({{ amount }} * 100, {{ divisor }}) - {{ divisor }})
            when 1 then 1
            when 0 then mod(div({{ amount }} * 100, {{ divisor }}), 2)
            else 0
        end
    ) / 100, 2)
{%- endmacro %}
