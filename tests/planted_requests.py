"""Requests that carry made-up identifiers wherever a request can carry something."""

from __future__ import annotations

import base64
import copy
import gzip
import json
import uuid
from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import Any, NamedTuple
from urllib.parse import quote

import zstandard

from ingestion.contracts.registry import contracts
from tests.planting import Identifiers

ONE = "application/cloudevents+json"
BATCH = "application/cloudevents-batch+json"


class Planted(NamedTuple):
    """One request, and the status that answers it."""

    what: str
    status: int
    body: bytes = b""
    headers: Mapping[str, str] = MappingProxyType({})
    path: str = "/v1/events"
    method: str = "POST"
    #: The answer is JSON.
    json: bool = True


class Sender:
    """Makes requests of one partner: `prefix` begins its sources, `run` tells apart what is sent several times."""

    def __init__(self, identifiers: Identifiers, key: str, prefix: str, run: str) -> None:
        self.planted = identifiers
        self.key = key
        self.prefix = prefix
        self._run = run
        self._count = 0

    def number(self) -> str:
        """What tells this thing from the others."""
        self._count += 1
        return f"{self._run}-{self._count}"

    def new_uuid(self) -> str:
        """As KoboToolbox makes one for each submission."""
        return str(uuid.uuid5(uuid.NAMESPACE_URL, f"{self.prefix}{self.number()}"))

    def event(self, kind: str = "person.registered.v1", data: Mapping[str, Any] | None = None, **changes: Any) -> Any:
        """A valid event of 2017 with `data` and attributes changed; it identifies a person unless told otherwise."""
        path = contracts()[kind].folder / "minimal.pass.json"
        event: dict[str, Any] = copy.deepcopy(json.loads(path.read_text(encoding="utf-8"))["event"])
        if "person_id" in event["data"]:
            event["data"]["person_id"] = self.planted.person
        event["data"].update(data or {})
        number = self.number()
        event |= {"id": f"e-{number}", "source": f"{self.prefix}desk", "subject": f"record-{number}"}
        return {**event, "programme": "SIM", "time": "2017-03-02T09:15:00+03:00", **changes}

    def requests(self) -> Iterator[Planted]:
        """Everything, in an order that does not matter."""
        key = {"X-API-Key": self.key}
        for each in (*self._right(), *self._batches(), *self._refused(), *self._unreadable()):
            yield each._replace(headers={**key, **each.headers})
        for headers in self._wrong_keys():
            yield Planted("a wrong key", 401, _json(self.event()), {"Content-Type": ONE, **headers})

    def _one(
        self, what: str, status: int, event: Any, headers: dict[str, str] | None = None, path: str = ""
    ) -> Planted:
        return Planted(what, status, _json(event), {"Content-Type": ONE, **(headers or {})}, f"/v1/events{path}")

    def _right(self) -> Iterator[Planted]:
        p, event = self.planted, self.event
        for spelled in (p.person, p.name, p.name_in_script, p.email, p.phone, p.local_phone, p.number):
            yield self._one("a person", 202, event(data={"person_id": spelled}))
        yield self._one("a household", 202, event("household.enumerated.v1", {"household_id": p.household}))
        yield self._one("a correction", 202, event(operation="correct", recordversion=2))
        yield self._one("a void with data", 202, event(operation="void", data={p.name: p.email, "phone": p.phone}))
        ignored: dict[str, Any] = {"traceparent": p.name, "tracestate": p.email, "dataschema": f"urn:{p.person}"}
        yield self._one("attributes that are ignored", 202, event(**ignored))
        yield self._one("extensions that are ignored", 202, event(authid=p.email, partitionkey=p.phone))
        headers = {
            "User-Agent": f"Field app of {p.email}",
            "Cookie": f"who={p.person}; phone={p.local_phone}",
            "Referer": f"https://example.org/?person={p.person}",
            "X-Forwarded-For": p.core,
            "X-Request-Id": p.person,
            f"X-{p.core}": p.number,
            "Accept-Language": f"{p.core},fr;q=0.5",
            "webhook-id": p.person,
            "webhook-timestamp": p.number,
            "webhook-signature": f"v1,{base64.b64encode(p.person.encode()).decode()}",
        }
        yield self._one("headers", 202, event(), headers)
        yield self._one("a query", 202, event(), path=f"?person={quote(p.name)}&phone={quote(p.phone)}")
        sent = event()
        attributes = {f"ce-{name}": str(value) for name, value in sent.items() if name != "data"}
        data = _json(sent["data"])
        binary = {**attributes, "Content-Type": "application/json"}
        yield Planted("binary", 202, data, {**binary, "ce-authid": p.email})
        yield Planted("binary, extra attribute", 422, data, {**binary, f"ce-{p.core}": p.name})
        for coding, pack in (("gzip", gzip.compress), ("zstd", zstandard.ZstdCompressor().compress)):
            packed = {"Content-Type": ONE, "Content-Encoding": coding}
            yield Planted(coding, 202, pack(_json(event())), packed)
            yield Planted(f"{coding}, refused", 422, pack(_json(event(data={"sex": p.name}))), packed)
            yield Planted(f"{coding}, damaged", 400, pack(p.person.encode())[:-4] + b"....", packed)

    def _batches(self) -> Iterator[Planted]:
        p, event = self.planted, self.event
        events = [event(), event(data={"sex": p.name}), p.name, [p.person], {p.person: p.email}, event()]
        yield Planted("a batch", 202, _json(events), {"Content-Type": BATCH})
        many = [event(data={"remarks": p.name}) for _ in range(30)]
        yield Planted("a batch of refused", 422, _json(many), {"Content-Type": BATCH})

    def _refused(self) -> Iterator[Planted]:
        p, event = self.planted, self.event
        for what, data in (
            ("an unknown field", {"full_name": p.name}),
            ("a name of a field", {p.name: "yes", p.name_in_script: 1}),
            ("a list", {"sex": [p.name, {"phone": p.phone}]}),
            ("a code", {"status": p.core}),
            ("a token", {"person_token": p.person}),
            ("free text with a telephone", {"desk": f"ask {p.spaced_phone}"}),
            ("free text with an address", {"desk": f"write to {p.email}"}),
        ):
            yield self._one(what, 422, event(data=data))
        for name, value in (
            ("id", p.email), ("id", p.phone), ("id", p.person), ("id", f"row-{p.core}"),
            ("subject", p.email), ("subject", p.phone), ("subject", p.spaced_phone), ("subject", p.person),
            ("source", f"{self.prefix}{p.person}"), ("source", f"{self.prefix}{p.email}"),
            ("source", f"{self.prefix}{p.phone}"), ("time", p.name), ("recordversion", p.number),
            ("operation", p.name), ("timeprecision", p.person), ("specversion", p.number),
            ("type", f"{p.core}.registered.v1"), ("type", p.email), ("city", p.core.upper()),
            ("datacontenttype", p.email), (p.core, p.name), ("data", p.name), ("data", [p.person]),
            ("data", json.dumps({"person_id": p.person})),
        ):  # fmt: skip
            about = {"person_id": p.core} if value == f"row-{p.core}" else {}
            yield self._one(f"{name} {value}", 422, {**event(data=about), name: value})
            # Where something else is refused first, what stands beside the refusal is another matter.
            yield self._one(f"{name}, and a wrong code", 422, {**event(data={**about, "sex": "F"}), name: value})
        for name, value in (
            ("id", p.email),
            ("id", p.phone),
            ("subject", p.email),
            ("source", f"{self.prefix}{p.email}"),
        ):
            void = {**event(operation="void"), name: value, "data": {}}
            yield self._one(f"a void, {name}", 422, void)
        unknown = event(type="person.renamed.v1", id=f"x-{p.person}")
        yield self._one("a type without contract", 422, unknown)
        yield self._one("another's source", 403, event(source=f"urn:{p.core}:x", id=p.email))
        yield self._one("another programme", 403, event(programme=p.core.upper()))
        for value in (p.email, p.phone, p.local_phone, p.spaced_phone, f"of {p.person}"):
            yield self._one("a reference", 422, event("product.opened.v1", {"advisory_ref": value}, city="ADAMA"))
        yield self._one("a text that repeats an identifier", 422, event(data={"desk": f"card {p.person}"}))
        for name in ("id", "subject", "source"):
            value = f"{self.prefix}{p.local_phone}" if name == "source" else p.local_phone
            yield self._one(f"a local telephone number as {name}", 422, {**event(), name: value})
        link = event("knowledge.published.v1", {"url": f"https://example.org/?to={p.email}"})
        yield self._one("an address in a link", 422, link)

    def _unreadable(self) -> Iterator[Planted]:
        p = self.planted
        right = _json(self.event())
        for what, body in (
            ("no JSON", p.name.encode()),
            ("cut JSON", right[:-10]),
            ("a name without quotes", b'{"person_id": %s}' % p.person.encode()),
            ("not UTF-8", right[:-1] + b', "name": "' + p.name.encode() + b'\xff"}'),
            ("UTF-16", json.dumps({"person": p.name}).encode("utf-16")),
        ):
            yield Planted(what, 400, body, {"Content-Type": ONE})
        nul = _json(self.event(data={"desk": f"{p.name}\0"}))
        yield Planted("NUL", 422, nul, {"Content-Type": ONE})
        yield Planted("no batch", 400, right, {"Content-Type": BATCH})
        deep = b'{"person":' * 2_000 + _json(p.name) + b"}" * 2_000
        yield Planted("too deep", 400, deep, {"Content-Type": ONE})
        large = _json(self.event(data={"desk": p.name * 20_000}))
        yield Planted("too large", 413, large, {"Content-Type": ONE})
        kind = f'application/{p.core}+json; charset="{p.email}"; boundary={p.person}'
        yield Planted("a content type", 415, right, {"Content-Type": kind})
        yield Planted("an encoding", 415, right, {"Content-Type": ONE, "Content-Encoding": p.core})
        # The name of a header is the sender's own word.
        twice = {"Content-Type": "application/json", "ce-specversion": "1.0", f"ce-{p.core}": "%ff"}
        yield Planted("a header that is no UTF-8", 400, b"{}", twice)
        plain = {"Content-Type": "application/json", "webhook-id": p.person, "webhook-timestamp": p.number}
        signed = {**plain, "webhook-signature": f"v1,{p.core}", "X-API-Key": p.core}
        yield Planted("a webhook", 401, right, signed, path=f"/v1/events?key_id={p.core}&who={quote(p.name)}")
        yield Planted("an unknown path", 404, right, path=f"/v1/{quote(p.name)}/{p.core}")
        yield Planted("an unknown template", 404, path=f"/v1/templates/{p.email}.csv", method="GET")
        yield Planted("a wrong method", 405, right, path=f"/v1/events?{p.person}", method="DELETE")

    def _wrong_keys(self) -> Iterator[dict[str, str]]:
        p = self.planted
        yield {"X-API-Key": p.email}
        yield {"X-API-Key": f"ck_00000000_{(p.core * 4)[:43]}"}
        yield {"Authorization": f"Bearer ck_00000001_{(p.core * 4)[:43]}"}
        yield {"Authorization": f"Bearer {self.key}x"}
        yield {"Authorization": "Basic " + base64.b64encode(f"{p.email}:{p.person}".encode()).decode()}


def _json(value: Any) -> bytes:
    return json.dumps(value, ensure_ascii=False).encode()
