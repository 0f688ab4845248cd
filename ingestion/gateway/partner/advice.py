"""What to do about each reason for which events are refused."""

from __future__ import annotations

from ingestion.words import _t

_ADVICE = {
    "schema_violation": _t("A field is missing, misspelt or has a word that is not on the list: use the template."),
    "invalid_envelope": _t("The record id, the time or the city is missing or not written as expected."),
    "personal_data": _t("A text holds a telephone number, an e-mail address or an identity number: leave it out."),
    "plain_identifier": _t("The record id gives away who somebody is: use a number of your own."),
    "out_of_scope": _t("Your key does not cover this city, type or programme: ask the programme office."),
    "unknown_type": _t("There is no such type of event: see the list of types."),
    "id_reused": _t("An id was used twice for different content: give each change an id of its own."),
    "money_without_currency": _t("An amount stands without its currency."),
    "unknown_word": _t("A word is not on the list: choose it from the list of the template."),
    "ambiguous_date": _t("A date can be read in two ways: write it as 2026-03-31."),
    "invalid_date": _t("A date is not written as expected: write it as 2026-03-31."),
    "ambiguous_number": _t("A number can be read in two ways: write it as 1500.5, without thousands separators."),
    "invalid_number": _t("What stands for a number is none: write digits only."),
    "formula": _t("A cell holds a formula: copy the column and paste it as values."),
    "ragged_row": _t("A row has more or fewer cells than the first one: look for a stray separator or line break."),
    "record_id_twice": _t("Two rows of one file have the same record_id: keep one row for each record."),
    "nothing_to_void": _t("A record was to be taken back that never came: look at its record_id."),
    "kobo_unknown_question": _t("A form has a new question: tell the programme office which one."),
    "invalid_json": _t("A request could not be read at all: show it to whoever maintains your system."),
    "event_too_large": _t("An event was larger than 256 KiB."),
}
_OTHERWISE = _t("Open a receipt to see the reason of each event.")


def advice_for(code: str) -> str:
    """The English sentence for a code."""
    return _ADVICE.get(code, _OTHERWISE)
