"""Write a fact as the CloudEvent that a partner's system would send."""

from __future__ import annotations

import hashlib
import uuid
from datetime import UTC, datetime, time
from typing import Any

from ingestion.simulation import facts as f
from ingestion.simulation.config import SimulationConfig
from ingestion.simulation.payload_data import data_of
from ingestion.simulation.places import CITIES

Event = dict[str, Any]

_TYPES: dict[type[f.Fact], str] = {
    f.Registration: "person.registered.v1",
    f.Service: "service.provided.v1",
    f.ClinicVisit: "clinic.visit.v1",
    f.Advisory: "advisory.given.v1",
    f.Training: "training.completed.v1",
    f.Proposal: "proposal.submitted.v1",
    f.ProposalFunding: "proposal.funded.v1",
    f.HouseholdVisit: "household.enumerated.v1",
    f.Commitment: "funding.committed.v1",
    f.ArrivalCount: "arrival.counted.v1",
}
_PRECISION: dict[type[f.Fact], str] = {
    f.Training: "day",
    f.HouseholdVisit: "day",
    f.Commitment: "day",
    f.ArrivalCount: "hour",
}


def version_event(config: SimulationConfig, record: f.Record, version: int) -> Event:
    """The event that creates the record (version 1) or corrects it."""
    fact = record.versions[version - 1]
    return _event(config, record, version, fact, "create" if version == 1 else "correct", data_of(record, fact))


def void_event(config: SimulationConfig, record: f.Record) -> Event:
    """The event that takes the record back, with the version after its last one."""
    return _event(config, record, len(record.versions) + 1, record.versions[-1], "void", {})


def target_event(config: SimulationConfig, target: f.Target, version: int) -> Event:
    """The event that sets the target (version 1) or corrects it; a city's target comes from that city."""
    value = target.values[version - 1]
    of_city = CITIES.get(target.place) if target.level == "city" else None
    data = {
        "indicator_code": target.indicator,
        "place": {"level": target.level, "code": target.place},
        "period": {"start": f"{target.year}-01-01", "end": f"{target.year}-12-31", "precision": "year"},
        "value_type": "number",
        "value": str(value),
        "qualifier": "at_least",
        "unit": target.unit,
        "phrase": f"at least {'USD ' if target.unit == 'money' else ''}{value} in {target.year}",
        "document": "simulated-plan",
        "evidence_label": "FOUND",
    }
    if target.unit == "money":
        data["currency"] = "USD"
    event: Event = {
        "specversion": "1.0",
        "id": _id(target.subject, version, "target"),
        "source": f"{config.source_prefix}:{of_city.slug if of_city else 'programme'}",
        "type": "target.set.v1",
        "time": datetime.combine(target.set_on, time(9), UTC).isoformat(),
        "subject": target.subject,
        "programme": config.programme,
        "timeprecision": "day",
        "data": data,
    }
    if of_city:
        event["city"] = of_city.code
    if version > 1:
        event |= {"operation": "correct", "recordversion": version}
    return event


def _event(
    config: SimulationConfig, record: f.Record, version: int, fact: f.Fact, operation: str, data: dict[str, Any]
) -> Event:
    event: Event = {
        "specversion": "1.0",
        "id": _id(record.subject, version, operation),
        "source": f"{config.source_prefix}:{CITIES[record.city].slug}",
        "type": _TYPES[type(fact)],
        "time": _time(record, fact),
        "subject": record.subject,
        "programme": config.programme,
        "city": record.city,
        "data": data,
    }
    if type(fact) in _PRECISION:
        event["timeprecision"] = _PRECISION[type(fact)]
    if operation != "create":
        event |= {"operation": operation, "recordversion": version}
    return event


def _id(subject: str, version: int, what: str) -> str:
    digest = hashlib.sha256(f"{subject}/{version}/{what}".encode()).digest()
    return str(uuid.UUID(bytes=digest[:16], version=4))


def _time(record: f.Record, fact: f.Fact) -> str:
    """Some systems write local time with its offset, others UTC: the same instant either way."""
    if int(record.subject[-1]) % 2 and type(fact) not in _PRECISION:
        return fact.at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    return fact.at.isoformat()
