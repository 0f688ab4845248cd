"""A record becomes one line of COPY, whatever its texts hold."""

from __future__ import annotations

from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingestion.loading import accepted, rejected
from ingestion.loading.kind import Place
from ingestion.loading.problems import Refused

EVENT: dict[str, Any] = {
    "specversion": "1.0", "id": "e1", "source": "urn:x", "type": "a.b.v1", "time": "2026-03-01T00:00:00Z",
    "subject": "s1", "programme": "SIM", "city": "ARUA", "operation": "create", "recordversion": 2,
    "timeprecision": "second", "partner": "p", "receivedat": "2026-03-01T00:00:01Z", "contenthash": "00ff",
    "data": {"count": 1},
}  # fmt: skip

PLACE = Place(load_id=9, topic="a.topic", partition=2)


def accepted_line(value: bytes, offset: int) -> bytes:
    """What the loader copies of one record."""
    line: bytes = accepted.KIND.maker(PLACE, [(offset, value)])(offset, value).line
    return line


def rejected_line(value: bytes, offset: int) -> bytes:
    """The same of the other topic."""
    line: bytes = rejected.KIND.maker(PLACE, [(offset, value)])(offset, value).line
    return line


_UNESCAPES = {"\\\\": "\\", "\\n": "\n", "\\r": "\r", "\\t": "\t"}


def fields(line: bytes) -> list[str | None]:
    """Read a line as Postgres does (the part of its rules that is used here)."""
    found: list[str | None] = []
    assert line.endswith(b"\n")
    for field in line[:-1].decode().split("\t"):
        if field == "\\N":
            found.append(None)
            continue
        text, at = "", 0
        while at < len(field):
            pair = field[at : at + 2]
            text, at = (text + _UNESCAPES[pair], at + 2) if pair in _UNESCAPES else (text + field[at], at + 1)
        found.append(text)
    return found


def test_accepted__columns_in_the_order_of_the_copy() -> None:
    assert fields(accepted_line(orjson.dumps(EVENT), 7)) == [
        "urn:x", "e1", "\\x00ff", "a.b.v1", "s1", "SIM", "ARUA", "create", "2", "second", "2026-03-01T00:00:00Z",
        "2026-03-01T00:00:01Z", "p", None, None, "7", "a.topic", "2", "9", '{"count":1}',
    ]  # fmt: skip


@pytest.mark.parametrize("data", [{"count": 1}, {"note": "needs \t escapes"}])
def test_accepted__with_its_receipt(data: dict[str, Any]) -> None:
    event = EVENT | {"receipt": "rcp_1", "receiptindex": 12, "data": data}
    assert fields(accepted_line(orjson.dumps(event), 0))[13:15] == ["rcp_1", "12"]


def test_accepted__without_city() -> None:
    without = {name: value for name, value in EVENT.items() if name != "city"}
    for event in (without, EVENT | {"city": None}):
        assert fields(accepted_line(orjson.dumps(event), 0))[6] is None


storable = st.text(st.characters(blacklist_characters="\x00", blacklist_categories=["Cs"]))


@given(subject=storable, city=storable, note=storable)
def test_accepted__any_text_comes_through(subject: str, city: str, note: str) -> None:
    event = EVENT | {"subject": subject, "city": city, "data": {"note": note}}

    line = accepted_line(orjson.dumps(event), 0)

    assert b"\n" not in line[:-1]
    assert b"\r" not in line
    read = fields(line)
    assert (read[4], read[6]) == (subject, city)
    assert orjson.loads(read[-1] or "") == {"note": note}


def test_accepted__a_city_named_like_the_sign_for_nothing() -> None:
    assert fields(accepted_line(orjson.dumps(EVENT | {"city": "\\N"}), 0))[6] == "\\N"


def test_accepted__line_ends_between_tokens() -> None:
    line = accepted_line(orjson.dumps(EVENT, option=orjson.OPT_INDENT_2), 0)

    assert b"\n" not in line[:-1]
    assert orjson.loads(fields(line)[-1] or "") == {"count": 1}


def test_accepted__long_numbers_keep_their_digits() -> None:
    value = orjson.dumps(EVENT).replace(b'"count":1', b'"count":12345678901234567890.12345678901234567890')

    assert (fields(accepted_line(value, 0))[-1] or "") == '{"count":12345678901234567890.12345678901234567890}'


@pytest.mark.parametrize("escaped", [rb"\u0000", rb"x\\\u0000"])
def test_nul__is_refused(escaped: bytes) -> None:
    value = orjson.dumps(EVENT).replace(b'"count":1', b'"note":"' + escaped + b'"')

    with pytest.raises(Refused) as refused:
        accepted_line(value, 0)

    assert refused.value.code == "unstorable_text"


def test_written_out_nul__is_no_nul() -> None:
    event = EVENT | {"data": {"note": "\\u0000"}}

    assert orjson.loads(fields(accepted_line(orjson.dumps(event), 0))[-1] or "") == {"note": "\\u0000"}


@pytest.mark.parametrize("word", ["now", "infinity", "-infinity", "today", "", " 2026-01-01"])
def test_words_that_postgres_takes_for_times__are_refused(word: str) -> None:
    for name in ("time", "receivedat"):
        with pytest.raises(Refused, match=name):
            accepted_line(orjson.dumps(EVENT | {name: word}), 0)


@pytest.mark.parametrize("missing", [name for name in EVENT if name not in ("city", "specversion")])
def test_accepted__incomplete_is_refused(missing: str) -> None:
    event = {name: value for name, value in EVENT.items() if name != missing}

    with pytest.raises(Refused) as refused:
        accepted_line(orjson.dumps(event), 0)

    assert refused.value.code == "unreadable_record"
    assert missing in refused.value.detail


def test_rejected__columns_in_the_order_of_the_stage() -> None:
    rejection = {
        "receivedat": "2026-03-01T00:00:00Z", "partner": "p", "programme": "SIM", "keyid": "k", "id": None,
        "source": None, "type": "t", "city": None, "code": "c", "pointer": "/a\tb", "detail": None, "sealed": "/w==",
        "receipt": "rcp_1", "receiptindex": 4, "intakeplace": "t/0/5",
    }  # fmt: skip

    assert fields(rejected_line(orjson.dumps(rejection), 3)) == [
        "3", "2026-03-01T00:00:00Z", "p", "SIM", "k", None, None, "t", None, "c", "/a\tb", None, "rcp_1", "4",
        "t/0/5", "\\xff",
    ]  # fmt: skip
