"""Plain identifiers within an event: replaced by tokens, and found where they do not belong."""

from __future__ import annotations

from typing import Any

from ingestion.contracts.registry import Contract
from ingestion.tokens import CityKey, make_token, normalise

#: A shorter identifier, such as "12", is part of many record ids by chance.
_TELLING = 6


def tokenise(data: dict[str, Any], contract: Contract, city_key: CityKey) -> dict[str, Any]:
    """`data` with a token in place of each plain identifier of its contract."""
    for identifier in contract.identifiers:
        plain = data.get(identifier.plain)
        if plain is not None:
            data = {name: value for name, value in data.items() if name != identifier.plain}
            data[identifier.token] = make_token(city_key, identifier.kind, plain)
    return data


def attribute_with_identifier(event: dict[str, Any], contract: Contract) -> str | None:
    """`id` or `subject` if it gives away the plain identifier of the person or household in data, else None.

    Both attributes are stored as they come, so an identifier within them would be stored too.
    """
    data = event.get("data")
    if not isinstance(data, dict):
        return None
    for identifier in contract.identifiers:
        plain = data.get(identifier.plain)
        if not isinstance(plain, str):
            continue
        wanted = normalise(plain)
        for attribute in ("subject", "id"):
            text = event.get(attribute)
            if not isinstance(text, str) or not wanted:
                continue
            text = normalise(text)
            if text == wanted or (len(wanted) >= _TELLING and wanted in text):
                return attribute
    return None
