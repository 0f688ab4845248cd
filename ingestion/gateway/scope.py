"""What a key may write: its programme, its source prefix, its event types, its cities."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from ingestion.contracts.registry import Contract
from ingestion.gateway.places import Places
from ingestion.gateway.refusal import INVALID_ENVELOPE, OUT_OF_SCOPE, Refusal


@dataclass(frozen=True)
class Key:
    """An API key without its secret. `cities` and `types` are None where the key is not limited to some."""

    key_id: str
    programme: str
    partner: str
    source_prefix: str
    cities: frozenset[str] | None = None
    types: frozenset[str] | None = None
    #: Unix time, or None.
    expires_at: float | None = None

    @property
    def only_city(self) -> str | None:
        """The city of events that name none."""
        return next(iter(self.cities)) if self.cities is not None and len(self.cities) == 1 else None


def refuse_source_programme_type(event: dict[str, Any], key: Key) -> Refusal | None:
    """A refusal if the attributes of a valid envelope lie outside the key's scope."""
    if not event["source"].startswith(key.source_prefix):
        return Refusal(OUT_OF_SCOPE, "/source", f"With this key the source must begin with {key.source_prefix!r}.")
    programme = event.get("programme")
    if programme is not None and programme != key.programme:
        return Refusal(OUT_OF_SCOPE, "/programme", f"This key writes to the programme {key.programme} only.")
    if key.types is not None and event["type"] not in key.types:
        return Refusal(OUT_OF_SCOPE, "/type", "This key may not send events of this type.")
    return None


def settle_city(event: dict[str, Any], contract: Contract, key: Key, places: Places) -> str | Refusal | None:
    """The city that the event belongs to, None if its data names a place that is no city, or a refusal."""
    city = event.get("city")
    void = event.get("operation") == "void"
    if contract.place_from_data and not void:
        place = event["data"]["place"]
        if place["level"] in ("city", "joint_set"):
            if city is not None and city != place["code"]:
                return Refusal(INVALID_ENVELOPE, "/city", "The city differs from the place that data names.")
            city = place["code"]
        elif place["level"] != "site":
            return _settle_wider_place(city, place, key)
    if city is None:
        city = key.only_city
    if city is None:
        if contract.place_from_data and void and key.cities is None:
            return None
        return Refusal(INVALID_ENVELOPE, "/city", "Name the city: this key writes for more than one.")
    if key.cities is not None and city not in key.cities and not places.is_within(city, key.cities):
        return Refusal(OUT_OF_SCOPE, "/city", f"This key writes for {', '.join(sorted(key.cities))} only.")
    if not places.knows(city):
        return Refusal(INVALID_ENVELOPE, "/city", "No city or joint set of cities has this code.")
    if contract.about_a_person and not places.is_city(city):
        return Refusal(INVALID_ENVELOPE, "/city", "An event about a person or household belongs to a single city.")
    return str(city)


def _settle_wider_place(city: str | None, place: dict[str, Any], key: Key) -> Refusal | None:
    if city is not None:
        return Refusal(INVALID_ENVELOPE, "/city", "Leave the city out: data names a place that is no city.")
    if key.cities is not None:
        return Refusal(OUT_OF_SCOPE, "/data/place/level", "Only a key for the whole programme may name such a place.")
    if place["level"] == "programme" and place["code"] != key.programme:
        return Refusal(OUT_OF_SCOPE, "/data/place/code", f"This key writes to the programme {key.programme} only.")
    return None
