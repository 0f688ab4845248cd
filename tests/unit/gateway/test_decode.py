"""Any body is either events or a clear refusal, and a refused event is kept as it was written."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingestion.gateway.decode import DecodeError, Form, decode, form_of, raw_events

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.text(st.characters(exclude_categories=["Cs"])),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text("ab\u00e9", max_size=3), inner, max_size=4),
    max_leaves=12,
)


@given(st.sampled_from(Form), st.binary(max_size=200))
def test_any_bytes__are_events_or_refused(form: Form, body: bytes) -> None:
    try:
        events = decode(form, body, [])
    except DecodeError:
        return
    assert len(raw_events(form, body, events)) == len(events)


@given(st.lists(VALUES, max_size=6), st.sampled_from([None, 2]), st.booleans())
def test_batch__each_event_keeps_its_own_bytes(values: list[Any], indent: int | None, ascii_only: bool) -> None:
    body = json.dumps(values, indent=indent, ensure_ascii=ascii_only).encode()
    events = decode(Form.BATCH, body, [])
    assert events == values
    raws = raw_events(Form.BATCH, body, events)
    assert [json.loads(raw) for raw in raws] == values
    assert all(raw in body for raw in raws)


def test_batch__doubled_keys_are_kept_for_whoever_looks_into_it() -> None:
    body = b'[ {"id":"1", "id":"2"} , 7 ]'
    assert raw_events(Form.BATCH, body, decode(Form.BATCH, body, [])) == [b'{"id":"1", "id":"2"}', b"7"]


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (b"", "empty"),
        (b" \n", "empty"),
        (b"{", "not valid JSON at line 1"),
        (b"\xff", "not UTF-8 from byte 1"),
        (b'{"a":"caf\xe9"}', "not UTF-8 from byte 10"),
        (b'"\xed\xa0\x80"', "not UTF-8 from byte 2"),
        (b"NaN", "not valid JSON at line 1"),
        (b'{"a":NaN}', "not valid JSON at line 1"),
        (b'{"a":Infinity}', "not valid JSON at line 1"),
        (b'{"a":1e400}', "not valid JSON at line 1"),
        (b"9" * 5000, "not valid JSON at line 1"),
        (b'"\\ud800"', "not valid JSON at line 1"),
        (b"[" * 200_000, "nested too deeply: at most 32"),
        (b"[" * 200_000 + b"]" * 200_000, "nested too deeply: at most 32"),
        (b"\xef\xbb\xbf{}", "not valid JSON at line 1"),
        (b'{"a":1}{"b":2}', "not valid JSON at line 1"),
        (b"{'a':1}", "not valid JSON at line 1"),
    ],
    ids=lambda value: str(value[:12]),
)
def test_hostile_body__is_refused_with_what_to_do(body: bytes, said: str) -> None:
    with pytest.raises(DecodeError, match=said):
        decode(Form.STRUCTURED, body, [])


def test_name_given_twice__the_last_value_counts() -> None:
    assert decode(Form.STRUCTURED, b'{"id":"1","id":"2"}', []) == [{"id": "2"}]


def test_batch__must_be_an_array() -> None:
    with pytest.raises(DecodeError, match="array"):
        decode(Form.BATCH, b"{}", [])


@pytest.mark.parametrize(
    ("content_type", "form"),
    [
        (b"application/cloudevents+json", Form.STRUCTURED),
        (b"application/CloudEvents+JSON; charset=UTF-8", Form.STRUCTURED),
        (b"application/cloudevents-batch+json", Form.BATCH),
        (b"application/cloudevents+json; charset=latin-1", None),
        (b'application/cloudevents+json; profile=x; charset="utf-16"', None),
        (b'application/cloudevents+json;profile="x"; Charset="UTF-8" ', Form.STRUCTURED),
        (b"application/cloudevents+xml", None),
        (b"application/json", None),
        (b"text/plain", None),
        (b"", None),
    ],
)
def test_form__from_the_content_type(content_type: bytes, form: Form | None) -> None:
    assert form_of(content_type, []) is form


def test_binary__attributes_come_from_headers() -> None:
    headers = [(b"ce-specversion", b"1.0"), (b"ce-id", b"a%20b%C3%A9"), (b"ce-recordversion", b"3"), (b"host", b"x")]
    assert form_of(b"application/json", headers) is Form.BINARY
    event = {"specversion": "1.0", "id": "a b\u00e9", "recordversion": 3, "data": {"a": 1}}
    assert decode(Form.BINARY, b'{"a":1}', headers) == [event]
    assert json.loads(raw_events(Form.BINARY, b'{"a":1}', [event])[0]) == event


def test_binary__raw_utf8_as_some_senders_write_it_and_documented_extensions() -> None:
    headers = [
        (b"ce-specversion", b"1.0"),
        (b"ce-subject", "\u00e9t\u00e9".encode()),
        (b"ce-id", b"%c3%a9%41"),
        (b"ce-partitionkey", b"x"),
        (b"ce-severitytext", b"%ff"),
    ]
    assert form_of(b"application/vnd.adama.v1+json", headers) is Form.BINARY
    (event,) = decode(Form.BINARY, b"{}", headers)
    assert event == {"specversion": "1.0", "subject": "\u00e9t\u00e9", "id": "\u00e9A", "data": {}}


def test_plain_json__is_an_event_only_where_the_sender_cannot_say_so() -> None:
    assert form_of(b"application/json", [], plain_json=True) is Form.STRUCTURED
    assert form_of(b"application/json", [(b"ce-specversion", b"1.0")], plain_json=True) is Form.BINARY
    assert form_of(b"text/plain", [], plain_json=True) is None
    assert form_of(b"", [], plain_json=True) is None
    assert form_of(b"", [(b"ce-specversion", b"1.0")]) is Form.BINARY


@pytest.mark.parametrize("headers", [[(b"ce-id", b"%ff")], [(b"ce-id", b"1"), (b"ce-id", b"2")]])
def test_binary__headers_that_cannot_be_read(headers: list[tuple[bytes, bytes]]) -> None:
    with pytest.raises(DecodeError, match="ce-id"):
        decode(Form.BINARY, b"{}", headers)
