{#
    Event types that state an amount: their staging columns, and where the event itself keeps the currency. `person`
    is the column of whom the money belongs to, `people` one that only counts them.
#}
{% macro money_events() -%}
{{ return([
    {'type': 'funding_committed', 'amount': 'amount', 'currency': 'currency', 'in': "data ->> 'currency'",
     'source': 'funding_source', 'in_kind': 'is_in_kind'},
    {'type': 'funding_disbursed', 'amount': 'amount_disbursed', 'currency': 'amount_disbursed_currency',
     'in': "data -> 'amount_disbursed' ->> 'currency'", 'source': 'funding_source', 'in_kind': 'is_in_kind'},
    {'type': 'diaspora_contribution', 'amount': 'amount_contributed', 'currency': 'amount_contributed_currency',
     'in': "data -> 'amount_contributed' ->> 'currency'", 'people': 'contributors', 'in_kind': 'is_in_kind'},
    {'type': 'proposal_funded', 'amount': 'amount_granted', 'currency': 'amount_granted_currency',
     'in': "data -> 'amount_granted' ->> 'currency'", 'source': 'funder', 'person': 'person_token'},
    {'type': 'savings_deposited', 'amount': 'amount', 'currency': 'amount_currency',
     'in': "data -> 'amount' ->> 'currency'", 'person': 'person_token'},
    {'type': 'credit_disbursed', 'amount': 'amount', 'currency': 'amount_currency',
     'in': "data -> 'amount' ->> 'currency'", 'person': 'person_token'},
    {'type': 'waste_collected', 'amount': 'income', 'currency': 'income_currency',
     'in': "data -> 'income' ->> 'currency'"},
]) }}
{%- endmacro %}
