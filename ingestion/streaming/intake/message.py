"""From a record of an intake topic to an event, in the two forms of the CloudEvents binding for Kafka."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import orjson

from ingestion.gateway.decode import MAX_EVENT
from ingestion.gateway.extensions import IGNORED
from ingestion.gateway.refusal import EVENT_TOO_LARGE, INVALID_ENVELOPE, INVALID_JSON, Refusal
from ingestion.words import _t

#: As Quix Streams gives them; None or empty if there are none.
Headers = Sequence[tuple[str, Any]] | None

_PREFIX = "ce_"
_EMPTY = Refusal(INVALID_JSON, "", _t("The record has no value: put one event in it, as JSON."))
_TOO_LARGE = Refusal(EVENT_TOO_LARGE, "", _t("One event may hold 256 KiB."))
_NO_JSON = Refusal(INVALID_JSON, "", _t("The value of the record is no JSON in UTF-8, or nested too deeply."))
_TWICE = Refusal(INVALID_ENVELOPE, "", _t("A header of the record is given twice."))
_NO_UTF8 = Refusal(INVALID_ENVELOPE, "", _t("A header of the record is not UTF-8."))


def is_binary(headers: Headers) -> bool:
    """True if the attributes stand in headers and the value holds nothing but data."""
    return bool(headers) and any(name == "ce_specversion" for name, _ in headers or ())


def event_of(value: bytes | None, headers: Headers) -> Any:
    """The parsed event, still unchecked, or a Refusal if there is none."""
    binary = bool(headers) and is_binary(headers)
    if not value and not binary:
        return _EMPTY
    if _size_of(value, headers) > MAX_EVENT:
        return _TOO_LARGE
    try:
        parsed = orjson.loads(value) if value else {}
    except orjson.JSONDecodeError:
        return _NO_JSON
    if not binary:
        return parsed
    attributes = _attributes(headers or ())
    return attributes if isinstance(attributes, Refusal) else {**attributes, "data": parsed}


def _size_of(value: bytes | None, headers: Headers) -> int:
    """Bytes of a record as its sender wrote it, the key aside."""
    size = len(value or b"")
    return size + sum(len(name) + len(content or b"") for name, content in headers) if headers else size


def _attributes(headers: Sequence[tuple[str, Any]]) -> dict[str, Any] | Refusal:
    attributes: dict[str, Any] = {}
    for name, content in headers:
        attribute = name.removeprefix(_PREFIX)
        if attribute == name or attribute in IGNORED:
            continue
        if attribute in attributes:
            return _TWICE
        try:
            attributes[attribute] = content if isinstance(content, str) else bytes(content or b"").decode()
        except UnicodeDecodeError:
            return _NO_UTF8
    version = attributes.get("recordversion")
    if version is not None and version.isascii() and version.isdigit() and len(version) <= 10:
        attributes["recordversion"] = int(version)
    return attributes
