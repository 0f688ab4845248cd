"""What a key may send to which city, worked out once for events that it sends again and again."""

from __future__ import annotations

from typing import Any, NamedTuple

from ingestion.contracts.registry import Contract
from ingestion.gateway.scope import Key
from ingestion.tokens import CityKey

#: Sources and keys are few; a key that makes up more is served as well, a little slower.
_MOST_KEYS = 1_000
_MOST_TERMS = 1_000


class Terms(NamedTuple):
    """What is the same for all events of a key that agree in source, type, city, programme and operation."""

    contract: Contract
    city: str | None
    #: Makes the tokens of this city, where there is a key.
    city_key: CityKey | None
    programme: str


class _OfKey:
    """The terms of one key."""

    __slots__ = ("key", "terms")

    def __init__(self, key: Key) -> None:
        self.key = key
        self.terms: dict[tuple[Any, ...], Terms] = {}


class KnownTerms:
    """Terms of events that were let through: those that scope.py decides from five attributes and the key alone."""

    def __init__(self) -> None:
        self._keys: dict[str, _OfKey] = {}

    def find(self, event: dict[str, Any], key: Key) -> Terms | None:
        """The terms of an event that is still unchecked, if one like it was let through before."""
        known = self._keys.get(key.key_id)
        if known is None or (known.key is not key and not self._is_still(known, key)):
            return None
        get = event.get
        try:
            return known.terms.get((get("source"), get("type"), get("city"), get("programme"), get("operation")))
        except TypeError:  # a value that cannot be hashed, and is not valid either
            return None

    def learn(self, event: dict[str, Any], key: Key, terms: Terms) -> None:
        """Remember the terms of a valid event that scope.py let through."""
        operation = event.get("operation")
        if operation == "void" or terms.contract.place_from_data:
            return  # these are decided from data too
        known = self._keys.get(key.key_id)
        if known is None or known.key is not key:
            if len(self._keys) >= _MOST_KEYS:
                self._keys.clear()
            known = self._keys[key.key_id] = _OfKey(key)
        if len(known.terms) >= _MOST_TERMS:
            known.terms.clear()
        known.terms[event["source"], event["type"], event.get("city"), event.get("programme"), operation] = terms

    def forget(self) -> None:
        """Places or keys of cities have changed."""
        self._keys.clear()

    def _is_still(self, known: _OfKey, key: Key) -> bool:
        """Keys are read again every few seconds: nearly always they say the same."""
        if known.key == key:
            known.key = key
            return True
        del self._keys[key.key_id]
        return False
