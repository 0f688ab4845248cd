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
            data = data.copy()
            del data[identifier.plain]
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
        if isinstance(plain, str):
            found = _attribute_with(normalise(plain), event)
            if found is not None:
                return found
    return None


def _attribute_with(wanted: str, event: dict[str, Any]) -> str | None:
    texts = {name: str(event.get(name, "")) for name in ("subject", "id")}
    both = "\n".join(texts.values())
    if not wanted or (" " not in wanted and both.isascii() and wanted not in both.lower()):
        return None  # nearly every event: its two attributes need not be normalised
    for name, text in texts.items():
        text = normalise(text)
        if wanted in text and (len(wanted) >= _TELLING or wanted == text):
            return name
    return None
