"""Write what was noted as the data of an event, in the words of its contract."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

from ingestion.simulation import facts as f
from ingestion.simulation.places import CITIES


def data_of(record: f.Record, fact: f.Fact) -> dict[str, Any]:
    """The data of an event about the fact."""
    city = CITIES[record.city]
    if isinstance(fact, f.PersonFact):
        return _person(record, fact) | _PERSON_DATA[type(fact)](fact, city.currency)
    return _OTHER_DATA[type(fact)](fact)


def _person(record: f.Record, fact: f.PersonFact) -> dict[str, Any]:
    noted = fact.noted
    card = fact.person.card
    # One clerk in ten types cards by hand, in small letters and with a blank too many.
    data = {"person_id": f" {card.lower()}" if record.subject.endswith("7") else card}
    data |= {"sex": noted.sex, "age_band": noted.age_band, "status": noted.status}
    return data if noted.disability is None else data | {"disability": noted.disability}


def _money(amount: Decimal, currency: str) -> dict[str, str]:
    return {"amount": f"{amount:f}", "currency": currency}


_PERSON_DATA: dict[type[f.Fact], Callable[[Any, str], dict[str, Any]]] = {
    f.Registration: lambda x, _: {
        "registration_type": "renewal" if x.renewal else "new",
        "desk": x.desk,
        "household_size": x.household_size,
    },
    f.Service: lambda x, _: {"service_type": x.kind, "channel": x.channel},
    f.ClinicVisit: lambda x, _: {"service_line": x.line, "visit_kind": "first" if x.is_first else "follow_up"},
    f.Advisory: lambda x, _: {
        "session_no": x.session,
        "receives_remittances": x.gets_remittances,
        "minutes": x.minutes,
    },
    f.Training: lambda x, _: {"course": x.course, "hours": x.hours, "certificate": x.certificate},
    f.Proposal: lambda x, currency: {
        "sector": x.sector,
        **({"amount_asked": _money(x.asked, currency)} if x.asked else {}),
    },
    f.ProposalFunding: lambda x, currency: {
        "proposal_ref": x.proposal,
        "funder": x.funder,
        "amount_granted": _money(x.granted, currency),
    },
}
_OTHER_DATA: dict[type[f.Fact], Callable[[Any], dict[str, Any]]] = {
    f.HouseholdVisit: lambda x: {
        "household_id": x.household.card,
        "head_sex": x.head_sex,
        "status": x.status,
        "members": x.members,
        "enumeration_area": x.household.area,
        "result_code": x.result,
    },
    f.Commitment: lambda x: {
        "funding_source": x.source,
        "amount": int(x.amount) if x.amount == int(x.amount) else f"{x.amount:f}",
        "currency": x.currency,
        "in_kind": x.in_kind,
    },
    f.ArrivalCount: lambda x: {
        "direction": x.direction,
        "count": x.count,
        "place_name": x.point,
        "estimate": x.is_estimate,
    },
}
