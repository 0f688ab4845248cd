"""The event types that a key may send, by their subject, in words of the language."""

from __future__ import annotations

from typing import NamedTuple

from ingestion.contracts.labels import label
from ingestion.contracts.registry import contracts
from ingestion.gateway.scope import Key
from ingestion.words import _t, say

#: Subject -> entities of the catalogue of events.
_SUBJECTS = (
    (
        _t("People and services"),
        "person service clinic facility arrival service_point feedback consent",
    ),
    (_t("Households"), "household enumeration"),
    (_t("Work, training and business"), "job training proposal business student asset official workshop waste"),
    (_t("Finance"), "advisory product savings savings_group credit remittance funding diaspora rate"),
    (_t("Plans, offices and partners"), "forum stakeholder site plan agreement office works knowledge advocacy"),
    (_t("Figures and reports"), "result target baseline survey narrative report"),
)


class EventType(NamedTuple):
    """One type: its name in the contract, and what it is called."""

    name: str
    title: str


def event_types(key: Key, language: str) -> list[tuple[str, list[EventType]]]:
    """Subjects with the types that `key` may send, sorted by what they are called."""
    allowed = [
        contract
        for contract in contracts().values()
        if (key.types is None or contract.type in key.types) and contract.role in (None, key.role)
    ]
    groups = []
    for subject, entities in _SUBJECTS:
        found = [
            EventType(contract.type, label(contract.schema["title"], language))
            for contract in allowed
            if contract.type.split(".")[0] in entities.split()
        ]
        if found:
            groups.append((say(language, subject), sorted(found, key=lambda each: each.title)))
    return groups
