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
    "invalid_json": _t("A request could not be read at all: show it to whoever maintains your system."),
    "event_too_large": _t("An event was larger than 256 KiB."),
}
_OTHERWISE = _t("Open a receipt to see the reason of each event.")


def advice_for(code: str) -> str:
    """The English sentence for a code."""
    return _ADVICE.get(code, _OTHERWISE)
