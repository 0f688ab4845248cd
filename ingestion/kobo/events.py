"""CloudEvents of a submission's version. The same version gives the same events, whoever makes them."""

from __future__ import annotations

import hashlib
import hmac
import json
import re
from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

from ingestion.contracts.registry import contracts
from ingestion.gateway.identifiers import attribute_with_identifier
from ingestion.gateway.places import read_places
from ingestion.gateway.screening import screen_record_id
from ingestion.kobo.form import Form
from ingestion.kobo.mapping import MappedEvent
from ingestion.kobo.submission import Identity
from ingestion.kobo.time_zones import time_zones

#: `<type> <subject>` -> time and city: what a void must say of a record. No data.
Live = Mapping[str, Mapping[str, Any]]
_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,9})?(Z|[+-]\d\d:\d\d)")


@cache
def _countries() -> Mapping[str, str]:
    return read_places().countries


def events_of(form: Form, identity: Identity, version: int, mapped: Sequence[MappedEvent]) -> list[dict[str, Any]]:
    """The events of one version: `create` for the first, `correct` for all that follow."""
    return [
        {
            **_envelope(form, each.rule.type, each.subject, f"{identity.root}|{identity.uuid}", version),
            **{
                name: value
                for name, value in (("time", each.time), ("timeprecision", each.precision), ("city", each.city))
                if value is not None
            },
            "operation": "create" if version == 1 else "correct",
            "data": each.data,
        }
        for each in mapped
    ]


def voids_of(form: Form, root: str, version: int, gone: Live) -> list[dict[str, Any]]:
    """Voids of the records that a submission no longer stands for."""
    found = []
    for name, known in gone.items():
        type_, subject = name.split(" ", 1)
        envelope = _envelope(form, type_, subject, f"{root}|void", version)
        found.append({**envelope, **known, "operation": "void", "data": {}})
    return found


def live_of(mapped: Sequence[MappedEvent]) -> dict[str, dict[str, Any]]:
    """What these events leave in the warehouse if they are accepted.

    It is written down before the gateway has answered, so what the gateway is sure to refuse because it gives a person
    away, or for a time or city that is none, is left out.
    """
    found = {}
    for each in mapped:
        known = {name: value for name, value in (("time", each.time), ("city", each.city)) if value is not None}
        event = {"subject": each.subject, "data": each.data}
        if (
            isinstance(each.time, str)
            and _TIME.fullmatch(each.time)
            and (each.city is None or each.city in time_zones())
            and attribute_with_identifier(event, contracts()[each.rule.type]) is None
            and screen_record_id("subject", each.subject, _countries().get(each.city or "")) is None
        ):
            found[name_of(each.rule.type, each.subject)] = known
    return found


def gone_of(before: Live, mapped: Sequence[MappedEvent]) -> Live:
    """The records of earlier versions that these events do not continue."""
    kept = {name_of(each.rule.type, each.subject) for each in mapped}
    return {name: known for name, known in before.items() if name not in kept}


def name_of(type_: str, subject: str) -> str:
    """The name of a record in Live."""
    return f"{type_} {subject}"


def digest_of(key: str, mapped: Sequence[MappedEvent]) -> str:
    """A keyed hash of what the events say: who reads the table cannot try out identifiers against it."""
    said = [[each.rule.type, each.subject, each.time, each.precision, each.city, each.data] for each in mapped]
    text = json.dumps(said, sort_keys=True, ensure_ascii=False)
    return hmac.new(key.encode(), text.encode("utf-8", "surrogatepass"), hashlib.sha256).hexdigest()[:32]


def _envelope(form: Form, type_: str, subject: str, edit: str, version: int) -> dict[str, Any]:
    name = f"{form.name}|{type_}|{subject}|{edit}|{version}".encode("utf-8", "surrogatepass")
    return {
        "specversion": "1.0",
        "id": f"kobo-{hashlib.sha256(name).hexdigest()[:32]}",
        "source": form.source,
        "type": type_,
        "subject": subject,
        "programme": form.programme,
        "recordversion": version,
    }
