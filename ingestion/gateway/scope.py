"""What a key may write: its programme, its source prefix, its event types, its cities."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from ingestion.contracts.registry import Contract
from ingestion.gateway.places import Places
from ingestion.gateway.refusal import INVALID_ENVELOPE, OUT_OF_SCOPE, Refusal
from ingestion.words import _t

_ONE_PROGRAMME = _t("This key writes to the programme {programme} only.")


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
    #: `partner`, or `programme_officer`: who may return and validate a period.
    role: str = "partner"
    #: None stands for the gateway's own limit.
    requests_per_second: float | None = None
    events_per_second: float | None = None

    @property
    def only_city(self) -> str | None:
        """The city of events that name none."""
        return next(iter(self.cities)) if self.cities is not None and len(self.cities) == 1 else None


_NOT_THIS_TYPE = Refusal(OUT_OF_SCOPE, "/type", _t("This key may not send events of this type."))
_NAME_THE_CITY = Refusal(INVALID_ENVELOPE, "/city", _t("Name the city: this key writes for more than one."))
_NAME_NO_CITY = Refusal(INVALID_ENVELOPE, "/city", _t("Leave the city out: data names a place that is no city."))


def refuse_source_programme_type(event: dict[str, Any], key: Key, contract: Contract | None) -> Refusal | None:
    """A refusal if the attributes of a valid envelope lie outside the key's scope."""
    if not event["source"].startswith(key.source_prefix):
        advice = _t("With this key the source must begin with {prefix}.")
        return Refusal(OUT_OF_SCOPE, "/source", advice, {"prefix": key.source_prefix})
    programme = event.get("programme")
    if programme is not None and programme != key.programme:
        return Refusal(OUT_OF_SCOPE, "/programme", _ONE_PROGRAMME, {"programme": key.programme})
    if key.types is not None and event["type"] not in key.types:
        return _NOT_THIS_TYPE
    if contract is not None and contract.role is not None and contract.role != key.role:
        return _NOT_THIS_TYPE
    return None


def settle_city(event: dict[str, Any], contract: Contract, key: Key, places: Places) -> str | Refusal | None:
    """The city that the event belongs to, None if its data names a place that is no city, or a refusal."""
    city = event.get("city")
    void = event.get("operation") == "void"
    if contract.place_from_data and not void:
        place = event["data"]["place"]
        if place["level"] in ("city", "joint_set"):
            if city is not None and city != place["code"]:
                return Refusal(INVALID_ENVELOPE, "/city", _t("The city differs from the place that data names."))
            city = place["code"]
        elif place["level"] != "site":
            return _settle_wider_place(city, place, key)
    if city is None:
        city = key.only_city
    if city is None:
        may_be_wider = contract.city_optional or (contract.place_from_data and void)
        return None if may_be_wider and key.cities is None else _NAME_THE_CITY
    if key.cities is not None and city not in key.cities and not places.is_within(city, key.cities):
        advice = _t("This key writes for {cities} only.")
        return Refusal(OUT_OF_SCOPE, "/city", advice, {"cities": ", ".join(sorted(key.cities))})
    if not places.knows(city):
        return Refusal(INVALID_ENVELOPE, "/city", _t("No city or joint set of cities has this code."))
    if contract.about_a_person and not places.is_city(city):
        advice = _t("An event about a person or household belongs to a single city.")
        return Refusal(INVALID_ENVELOPE, "/city", advice)
    return str(city)


def refuse_other_days(city: str | None, time: str, places: Places) -> Refusal | None:
    """A refusal if the place did not exist under its code on the day of `time` (RFC 3339, UTC)."""
    days = places.days_if_not(city or "", time[:10])
    if days is None:
        return None
    advice = _t("{city} is a place from {first_day} to {last_day}: name the one of that day.")
    first, last = (day or "…" for day in days)
    return Refusal(INVALID_ENVELOPE, "/city", advice, {"city": city, "first_day": first, "last_day": last})


def _settle_wider_place(city: str | None, place: dict[str, Any], key: Key) -> Refusal | None:
    if city is not None:
        return _NAME_NO_CITY
    if key.cities is not None:
        advice = _t("Only a key for the whole programme may name such a place.")
        return Refusal(OUT_OF_SCOPE, "/data/place/level", advice)
    if place["level"] == "programme" and place["code"] != key.programme:
        return Refusal(OUT_OF_SCOPE, "/data/place/code", _ONE_PROGRAMME, {"programme": key.programme})
    return None
