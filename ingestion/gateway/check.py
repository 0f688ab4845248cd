"""Decide about one event: the record to write, or the reason why not."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ingestion.contracts.registry import Contract, envelope_schema, envelope_validator
from ingestion.gateway import order
from ingestion.gateway.decode import MAX_DEPTH
from ingestion.gateway.deep import holds_nul, is_deeper
from ingestion.gateway.explain import explain
from ingestion.gateway.extensions import without_extensions
from ingestion.gateway.identifiers import (
    Text,
    attribute_with_identifier,
    plain_identifiers,
    text_with_identifier,
    texts_within,
    tokenise,
)
from ingestion.gateway.places import Places
from ingestion.gateway.plain_words import is_plain
from ingestion.gateway.records import Accepted, accepted, utc_text
from ingestion.gateway.refusal import (
    INVALID_ENVELOPE,
    PLAIN_IDENTIFIER,
    SCHEMA_VIOLATION,
    UNKNOWN_TYPE,
    Refusal,
    pointer_of,
)
from ingestion.gateway.scope import Key, refuse_other_days, refuse_source_programme_type, settle_city
from ingestion.gateway.screening import screen, screen_record_id, screen_references
from ingestion.gateway.terms import KnownTerms, Terms
from ingestion.tokens import CityKey
from ingestion.words import _t

_NOT_AN_OBJECT = Refusal(INVALID_ENVELOPE, "", _t("An event must be a JSON object with the CloudEvents attributes."))
_TOO_DEEP = Refusal(INVALID_ENVELOPE, "", _t("The event is nested too deeply: at most 32 levels."))
_NO_SUCH_TIME = Refusal(INVALID_ENVELOPE, "/time", _t("There is no such date and time: check day, month and hour."))
_UNKNOWN_TYPE = Refusal(UNKNOWN_TYPE, "/type", _t("No contract has this type: the page /docs lists the types."))
_NUL = Refusal(INVALID_ENVELOPE, "", _t("The event holds a NUL character (\\u0000), which no database can store."))
_NO_CITY_KEY = Refusal(
    INVALID_ENVELOPE, "/city", _t("This city has no key for tokens yet: ask the operator to make one.")
)
_GIVES_AWAY = _t(
    "The {attribute} gives away the identifier of a person or household, and it is stored as it is: "
    "use the id of the record, or the name of the system, instead."
)
_REPEATS = _t("{name} repeats the identifier of a person or household: leave it out.")


class Checker:
    """Holds what the decision rests on; places and keyring may be replaced while it runs."""

    def __init__(self, contracts: Mapping[str, Contract], places: Places, keyring: Mapping[str, CityKey]) -> None:
        self._contracts = contracts
        self._envelope = envelope_validator()
        self._known = KnownTerms()
        self._places = places
        self._keyring = keyring

    @property
    def places(self) -> Places:
        """The cities that events may name."""
        return self._places

    @property
    def keyring(self) -> Mapping[str, CityKey]:
        """The active key of every city."""
        return self._keyring

    def replace(self, places: Places, keyring: Mapping[str, CityKey]) -> None:
        """Decide by other reference data from now on."""
        self._places, self._keyring = places, keyring
        self._known.forget()

    def check(self, event: Any, key: Key, *, may_hold_nul: bool = False) -> Accepted | Refusal:
        """What may be stored of a parsed event, or the refusal. `may_hold_nul` asks for the costly look."""
        if type(event) is not dict:
            return _NOT_AN_OBJECT
        if may_hold_nul and holds_nul(event):
            return _NUL
        terms = self._known.find(event, key)
        if terms is not None:
            try:
                if terms.contract.validator.is_valid(event):
                    return self._accept(event, terms, event["data"])
            except ValueError:
                return _TOO_DEEP
        return self._check_new(event, key)

    def contract_of(self, event: dict[str, Any]) -> Contract | None:
        """The contract of the type that an event claims to be of."""
        name = event.get("type")
        return self._contracts.get(name) if isinstance(name, str) else None

    def _check_new(self, event: dict[str, Any], key: Key) -> Accepted | Refusal:
        """Decide about an event of which no like was let through before, or which is not valid."""
        contract = self.contract_of(event)
        void = event.get("operation") == "void"
        validator = self._envelope if contract is None or void else contract.validator
        try:
            if not validator.is_valid(event):
                # Only what is invalid is looked at: no contract lets a valid event be deep, or have an extension.
                event = without_extensions(event)
                if not validator.is_valid(event):
                    return _TOO_DEEP if is_deeper(event, MAX_DEPTH) else self._explain(event, contract, void, key)
        except ValueError:
            return _TOO_DEEP
        refusal = refuse_source_programme_type(event, key, contract)
        if refusal is not None:
            return refusal
        if contract is None:
            return _UNKNOWN_TYPE
        city = settle_city(event, contract, key, self._places)
        if isinstance(city, Refusal):
            return city
        terms = Terms(contract, city, self._keyring.get(city or ""), key.programme)
        self._known.learn(event, key, terms)
        return self._accept(event, terms, {} if void else event["data"])

    def _accept(self, event: dict[str, Any], terms: Terms, data: dict[str, Any]) -> Accepted | Refusal:
        contract, city, city_key, programme = terms
        try:
            time = utc_text(event["time"])
        except (ValueError, OverflowError):
            return _NO_SUCH_TIME
        refusal = self._refuse_dates(event, terms, data, time)
        if refusal is not None:
            return refusal
        plains = plain_identifiers(data, contract) if contract.identifiers and data else []
        if not (data and is_plain(event, data, contract, plains)):
            refusal = self._refuse_traces(event, contract, data, city)
            if refusal is not None:
                return refusal
        first_data = None
        if contract.identifiers and data:
            if city_key is None:
                return _NO_CITY_KEY
            if plains:
                if city_key.first is not None:
                    first_data = tokenise(data, plains, city_key.first)
                data = tokenise(data, plains, city_key)
        for name in contract.integers:
            # JSON Schema takes 3.0 for an integer; a database does not.
            if type(data.get(name)) is float:
                data = {**data, name: int(data[name])}
                first_data = first_data and {**first_data, name: data[name]}
        get = event.get
        return accepted(
            {
                "city": city,
                "data": data,
                "id": event["id"],
                "operation": get("operation") or "create",
                "programme": programme,
                "recordversion": int(get("recordversion") or 1),
                "source": event["source"],
                "specversion": "1.0",
                "subject": event["subject"],
                "time": time,
                "timeprecision": get("timeprecision") or "second",
                "type": event["type"],
            },
            first_data,
        )

    def _refuse_dates(self, event: dict[str, Any], terms: Terms, data: dict[str, Any], time: str) -> Refusal | None:
        if self._places.validity and event.get("operation") != "void":
            refusal = refuse_other_days(terms.city, time, self._places)
            if refusal is not None:
                return refusal
        return order.refuse_upside_down(terms.contract, data) if terms.contract.ordered and data else None

    def _refuse_traces(
        self, event: dict[str, Any], contract: Contract, data: dict[str, Any], city: str | None
    ) -> Refusal | None:
        """Traces of a person where none belong, which a schema cannot see."""
        has_words = not contract.worded.isdisjoint(data)
        texts = texts_within(data, contract.free_texts) if has_words else []
        if contract.identifiers and event["data"]:
            attribute = attribute_with_identifier(event, contract)
            if attribute is not None:
                return Refusal(PLAIN_IDENTIFIER, f"/{attribute}", _GIVES_AWAY, {"attribute": attribute})
            path = _repeated(data, contract, texts) if has_words else None
            if path is not None:
                return Refusal(PLAIN_IDENTIFIER, pointer_of(["data", *path]), _REPEATS, {"name": str(path[0])})
        country = self._places.countries.get(city or "")
        for name in ("subject", "id", "source"):
            refusal = screen_record_id(name, event[name], country)
            if refusal is not None:
                return refusal
        if has_words:
            return screen(texts, country) or screen_references(data, contract, country)
        return None

    def _explain(self, event: dict[str, Any], contract: Contract | None, void: bool, key: Key) -> Refusal:
        """Envelope first, then scope, then data: nobody learns a contract that the key may not use."""
        in_envelope = explain(self._envelope, envelope_schema(), event)
        if in_envelope:
            return in_envelope[0]
        refusal = refuse_source_programme_type(event, key, contract)
        if refusal is not None or contract is None or void:
            return refusal or _UNKNOWN_TYPE
        in_data = explain(contract.validator, contract.event_schema, event)
        return in_data[0] if in_data else Refusal(SCHEMA_VIOLATION, "/data", _t("data does not fit the contract."))


def _repeated(data: dict[str, Any], contract: Contract, texts: list[Text]) -> list[str | int] | None:
    """Where the sender's own words repeat the identifier that stands beside them."""
    references: list[Text] = [([name], data[name]) for name in contract.references if data.get(name)]
    return text_with_identifier(data, contract, texts + references)
