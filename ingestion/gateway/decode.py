"""From the body of a request to events, in the three forms of the CloudEvents HTTP binding."""

from __future__ import annotations

import json
from collections.abc import Iterable
from enum import Enum
from functools import lru_cache
from typing import Any
from urllib.parse import unquote_to_bytes

import orjson

from ingestion.gateway.extensions import IGNORED
from ingestion.words import _t, say

MAX_BODY = 4 * 1024 * 1024
MAX_EVENT = 256 * 1024
MAX_EVENTS = 1000
#: Of objects and lists within each other.
MAX_DEPTH = 32


class Form(Enum):
    """How the events stand in the request."""

    STRUCTURED = "structured"
    BATCH = "batch"
    BINARY = "binary"


class DecodeError(ValueError):
    """The body is no JSON, or not of the form that its content type says; as an English sentence with its params."""

    def __init__(self, template: str, **params: Any) -> None:
        super().__init__(say("en", template, **params))
        self.template = template
        self.params = params


Headers = Iterable[tuple[bytes, bytes]]


@lru_cache(maxsize=256)
def media_type(content_type: bytes) -> bytes | None:
    """The media type without its parameters, in lower case; None if it announces another charset than UTF-8."""
    media, *parameters = content_type.lower().split(b";")
    for parameter in parameters:
        name, _, value = parameter.partition(b"=")
        if name.strip() == b"charset" and value.strip().strip(b'"') not in (b"utf-8", b"utf8", b"us-ascii"):
            return None
    return media.strip()


def form_of(content_type: bytes, headers: Headers, *, plain_json: bool = False) -> Form | None:
    """The form that the headers announce, or None if it is none of ours.

    `plain_json` takes application/json for a structured event, as senders of webhooks call everything that they send.
    """
    media = media_type(content_type)
    if media == b"application/cloudevents+json":
        return Form.STRUCTURED
    if media == b"application/cloudevents-batch+json":
        return Form.BATCH
    # A binary event whose sender names no content type, as the Python SDK does, holds JSON here too.
    if media is None or not (media in (b"application/json", b"text/json", b"") or media.endswith(b"+json")):
        return None
    if any(name == b"ce-specversion" for name, _ in headers):
        return Form.BINARY
    return Form.STRUCTURED if plain_json and media else None


def decode(form: Form, body: bytes, headers: Headers) -> list[Any]:
    """The events as parsed JSON, still unchecked. Of a name that an object gives twice, the last value counts.

    Raises DecodeError.
    """
    try:
        parsed = orjson.loads(body) if body or form is not Form.BINARY else {}
    except orjson.JSONDecodeError as error:
        raise _explained(error, body) from None
    if form is Form.STRUCTURED:
        return [parsed]
    if form is Form.BINARY:
        return [{**_attributes(headers), "data": parsed}]
    if not isinstance(parsed, list):
        raise DecodeError(_t("A batch must be a JSON array of events."))
    return parsed


def raw_events(form: Form, body: bytes, events: list[Any]) -> list[bytes]:
    """The bytes of each event as they were sent, for sealing. Costly: only called when something was refused."""
    if form is Form.STRUCTURED:
        return [body]
    if form is Form.BATCH:
        spans = _spans(body.decode())
        if spans is not None and len(spans) == len(events):
            return spans
    return [dump(event) for event in events]


def _explained(error: orjson.JSONDecodeError, body: bytes) -> DecodeError:
    """What a person can do about a body that is no JSON."""
    if not body.strip():
        return DecodeError(_t("The body is empty: put the event in it, as JSON."))
    try:
        body.decode()
    except UnicodeDecodeError as wrong:
        return DecodeError(
            _t("The body is not UTF-8 from byte {byte} on: save and send it as UTF-8."), byte=wrong.start + 1
        )
    if "depth" in error.msg:
        return DecodeError(_t("The JSON is nested too deeply: at most 32 levels."))
    return DecodeError(
        _t("The body is not valid JSON at line {line}, column {column}."), line=error.lineno, column=error.colno
    )


def _attributes(headers: Headers) -> dict[str, Any]:
    attributes: dict[str, Any] = {}
    for name, value in headers:
        if name.startswith(b"ce-"):
            attribute = name[3:].decode("latin-1")
            if attribute in IGNORED:
                continue
            if attribute in attributes:
                raise DecodeError(_t("The header {name} is given twice."), name=f"ce-{attribute}")
            try:
                attributes[attribute] = unquote_to_bytes(value).decode()
            except UnicodeDecodeError:
                raise DecodeError(
                    _t("The header {name} is not percent-encoded UTF-8."), name=f"ce-{attribute}"
                ) from None
    version = attributes.get("recordversion")
    if version is not None and version.isascii() and version.isdigit() and len(version) <= 10:
        attributes["recordversion"] = int(version)
    return attributes


def _spans(text: str) -> list[bytes] | None:
    """The elements of a JSON array as they are written; None if the standard scanner cannot follow."""
    decoder = json.JSONDecoder()
    spans = []
    at = _after_space(text, _after_space(text, 0) + 1)
    try:
        while text[at] != "]":
            _, end = decoder.raw_decode(text, at)
            spans.append(text[at:end].encode())
            at = _after_space(text, end)
            if text[at] == ",":
                at = _after_space(text, at + 1)
    except (ValueError, IndexError, RecursionError):
        return None
    return spans


def _after_space(text: str, at: int) -> int:
    while text[at : at + 1] in (" ", "\t", "\n", "\r"):
        at += 1
    return at


def dump(event: Any) -> bytes:
    """An event as bytes for sealing."""
    try:
        return orjson.dumps(event)
    except TypeError:
        return b"(an event that is nested too deeply to be written down)"
