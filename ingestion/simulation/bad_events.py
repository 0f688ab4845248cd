"""Events with one fault each, as partners' systems make them, and the code that refuses them."""

from __future__ import annotations

import copy
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from random import Random
from typing import Any

from ingestion.simulation.config import SimulationConfig
from ingestion.simulation.dispatch import Dispatch
from ingestion.simulation.places import CITIES

Event = dict[str, Any]


@dataclass(frozen=True)
class Fault:
    """`spoil` breaks a valid event in place; `types` are the event types it can break (empty: all)."""

    name: str
    code: str
    spoil: Callable[[Event], None]
    types: tuple[str, ...] = ()


_PEOPLE = ("person.registered.v1", "service.provided.v1", "clinic.visit.v1", "advisory.given.v1")


def _set(path: str, value: object) -> Callable[[Event], None]:
    def spoil(event: Event) -> None:
        *parents, last = path.split("/")
        inner = event
        for name in parents:
            inner = inner[name]
        inner[last] = value

    return spoil


def _drop(path: str) -> Callable[[Event], None]:
    def spoil(event: Event) -> None:
        *parents, last = path.split("/")
        inner = event
        for name in parents:
            inner = inner[name]
        inner.pop(last, None)

    return spoil


def _another_city(event: Event) -> None:
    event["city"] = next(code for code in CITIES if code != event["city"])


def _garbled_money(event: Event) -> None:
    """The currency sign of a copied figure was read as a digit."""
    event |= {"type": "result.reported.v1", "timeprecision": "day"}
    event["data"] = {
        "indicator_code": "CM-X-03",
        "place": {"level": "city", "code": event["city"]},
        "period": {"start": "2018-01-01", "end": "2018-12-31", "precision": "year"},
        "kind": "actual",
        "value_type": "number",
        "value": "5116000",
        "qualifier": "exact",
        "basis": "flow",
        "unit": "money",
        "currency": "USD",
        "phrase": "5116m was raised",
        "document": "simulated-report",
        "evidence_label": "FOUND",
    }


FAULTS = (
    Fault("sex is no code", "schema_violation", _set("data/sex", "woman"), _PEOPLE),
    Fault("age band missing", "schema_violation", _drop("data/age_band"), _PEOPLE),
    Fault("name sent", "schema_violation", _set("data/full_name", "Somebody"), _PEOPLE),
    Fault("nobody named", "schema_violation", _drop("data/person_id"), _PEOPLE),
    Fault("unknown service", "schema_violation", _set("data/service_type", "haircut"), ("service.provided.v1",)),
    Fault("negative count", "schema_violation", _set("data/count", -3), ("arrival.counted.v1",)),
    Fault("garbage amount", "schema_violation", _set("data/amount", "12,5oo ETB"), ("funding.committed.v1",)),
    Fault("unknown result", "schema_violation", _set("data/result_code", "maybe"), ("household.enumerated.v1",)),
    Fault("currency sign lost", "money_without_currency", _garbled_money, ("funding.committed.v1",)),
    Fault("unknown type", "unknown_type", _set("type", "person.teleported.v1")),
    Fault("unknown version", "unknown_type", _set("type", "person.registered.v9"), ("person.registered.v1",)),
    Fault("another programme", "out_of_scope", _set("programme", "CM")),
    Fault("another partner's source", "out_of_scope", _set("source", "urn:corridor:somebody-else")),
    Fault("another city", "out_of_scope", _another_city),
    Fault("impossible day", "invalid_envelope", _set("time", "2018-02-30T10:00:00Z")),
    Fault("impossible month", "invalid_envelope", _set("time", "2018-13-01T10:00:00Z")),
    Fault("no subject", "invalid_envelope", _drop("subject")),
    Fault("unknown operation", "invalid_envelope", _set("operation", "delete")),
    Fault("version zero", "invalid_envelope", _set("recordversion", 0)),
)


def bad_events(config: SimulationConfig, valid: list[Dispatch], count: int) -> list[Dispatch]:
    """`count` events made from valid ones of the same sender, each with an id and subject of its own and one fault."""
    rng = config.rng("bad events")
    created = [dispatch for dispatch in valid if dispatch.kind == "create"]
    by_type: dict[str, list[Dispatch]] = {}
    for dispatch in created:
        by_type.setdefault(dispatch.event["type"], []).append(dispatch)
    return [_bad_event(config, rng, created, by_type, number) for number in range(count if created else 0)]


def _bad_event(
    config: SimulationConfig, rng: Random, created: list[Dispatch], by_type: dict[str, list[Dispatch]], number: int
) -> Dispatch:
    possible = [fault for fault in FAULTS if not fault.types or any(name in by_type for name in fault.types)]
    fault = possible[number % len(possible)]
    models = [model for name in fault.types for model in by_type.get(name, [])] or created
    model = rng.choice(models)
    event = copy.deepcopy(model.event)
    event["id"] = event["subject"] = f"{config.fingerprint}-bad-{number + 1:05d}"
    fault.spoil(event)
    return Dispatch(event, model.sender, model.sent_at + timedelta(seconds=1), "bad", code=fault.code)
