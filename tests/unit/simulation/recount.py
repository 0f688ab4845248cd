"""Counts made from the events alone, in the plainest way: a second opinion on what the world says of itself."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

Event = dict[str, Any]

ZONES = {
    "ADAMA": "Africa/Addis_Ababa",
    "JIGJIGA": "Africa/Addis_Ababa",
    "BISHOFTU": "Africa/Addis_Ababa",
    "DUKEM": "Africa/Addis_Ababa",
    "MODJO": "Africa/Addis_Ababa",
    "KAKUMA-KALOBEYEI": "Africa/Nairobi",
    "ARUA": "Africa/Kampala",
    "JINJA": "Africa/Kampala",
    "KOBOKO": "Africa/Kampala",
    "KAIROUAN": "Africa/Tunis",
    "JENDOUBA": "Africa/Tunis",
    "MEDENINE": "Africa/Tunis",
    "TATAOUINE": "Africa/Tunis",
    "AMATITLAN": "America/Guatemala",
    "SAN-MARCOS": "America/Guatemala",
    "GABILEY": "Africa/Mogadishu",
    "BORAMA": "Africa/Mogadishu",
}


def effective(events: Iterable[Event]) -> list[Event]:
    """The event with the highest version of each record, without those that were voided."""
    last: dict[tuple[str, str], Event] = {}
    for event in events:
        key = event["type"], event["subject"]
        if key not in last or event.get("recordversion", 1) > last[key].get("recordversion", 1):
            last[key] = event
    return [event for event in last.values() if event.get("operation") != "void"]


def month(event: Event) -> str:
    """Month of the event on its city's clock, such as 2018-06-01."""
    local = datetime.fromisoformat(event["time"]).astimezone(ZoneInfo(ZONES[event["city"]]))
    return local.strftime("%Y-%m-01")


def contacts(events: Iterable[Event], type_: str, *fields: str) -> Counter[tuple[str, ...]]:
    """Events of a type by city, month and fields of their data."""
    return Counter(
        (event["city"], month(event), *(event["data"][name] for name in fields))
        for event in events
        if event["type"] == type_
    )


def people(events: Iterable[Event], types: set[str]) -> Counter[tuple[str, str]]:
    """Distinct people by city and month."""
    met = {
        (event["city"], month(event), event["data"]["person_id"].strip().casefold())
        for event in events
        if event["type"] in types
    }
    return Counter((city, when) for city, when, _ in met)
