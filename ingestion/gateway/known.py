"""What may be said openly of a refused event, whose body is sealed."""

from __future__ import annotations

from functools import cache
from typing import Any

from jsonschema_rs import Draft202012Validator

from ingestion.contracts.registry import envelope_schema
from ingestion.gateway.check import Checker
from ingestion.gateway.identifiers import attribute_with_identifier, holds_sent_value
from ingestion.gateway.refusal import ID_REUSED, PERSONAL_DATA, PLAIN_IDENTIFIER, Refusal
from ingestion.gateway.screening import screen_record_id


def known_openly(event: Any, refusal: Refusal, checker: Checker) -> dict[str, str | None]:
    """The attributes that may stand unsealed beside a refusal: valid ones that give no identifier away."""
    if not isinstance(event, dict):
        return {}
    known = {
        name: event[name]
        for name, validator in _attributes().items()
        if name in event
        and validator.is_valid(event[name])
        and (refusal.pointer != f"/{name}" or refusal.code == ID_REUSED)
    }
    contract, places = checker.contract_of(event), checker.places
    if contract is None:
        known.pop("type", None)
    if not places.knows(known.get("city") or ""):
        known.pop("city", None)
    country = places.countries.get(known.get("city") or "")
    # The contract may be unknown or broken, so any value that was sent could be an identifier.
    names = envelope_schema()["properties"]
    sent = [event.get("data"), {name: value for name, value in event.items() if name not in names}]
    gives_away = (contract is not None and attribute_with_identifier(event, contract) is not None) or (
        # The id is often made from the subject.
        refusal.code in (PERSONAL_DATA, PLAIN_IDENTIFIER) and refusal.pointer in ("/subject", "/id", "/source")
    )
    for name in {"id", "source"} & known.keys():  # what a sender words as it likes
        value = str(known[name])
        if gives_away or screen_record_id(name, value, country) is not None or holds_sent_value(value, sent):
            del known[name]
    return known


@cache
def _attributes() -> dict[str, Draft202012Validator]:
    properties = envelope_schema()["properties"]
    return {name: Draft202012Validator(properties[name]) for name in ("id", "source", "type", "city")}
