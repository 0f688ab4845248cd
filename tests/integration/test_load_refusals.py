"""A record that cannot land harms only itself: it is kept aside with a reason, and the rest of its batch lands."""

from __future__ import annotations

from collections.abc import Iterator

import orjson
import pytest

from infra.settings import Settings
from ingestion.sealing import open_sealed
from tests.integration.load_rig import Rig, accepted_event, rig


@pytest.fixture
def loads(stack: Settings) -> Iterator[Rig]:
    with rig(stack) as made:
        yield made


def _raw(event: dict[str, object], before: bytes, after: bytes) -> bytes:
    value = orjson.dumps(event)
    assert before in value
    return value.replace(before, after)


#: What is sent, and the code it must be kept under.
CULPRITS = {
    "nul in data": (_raw(accepted_event("c1", content="NUL"), b'"NUL"', b'"a\\u0000b"'), "unstorable_text"),
    "nul in a name": (_raw(accepted_event("c2"), b'"s-c2"', b'"s\\u0000"'), "unstorable_text"),
    "half a surrogate in data": (_raw(accepted_event("c3", content="S"), b'"S"', b'"\\ud83d"'), "unreadable_record"),
    "half a surrogate in a name": (_raw(accepted_event("c4"), b'"s-c4"', b'"\\udc00"'), "unreadable_record"),
    "no such day": (orjson.dumps(accepted_event("c5", time="2026-02-30T00:00:00Z")), "refused_by_database"),
    "year beyond all": (orjson.dumps(accepted_event("c6", time="999999-01-01T00:00:00Z")), "refused_by_database"),
    "a word as time": (orjson.dumps(accepted_event("c7", time="infinity")), "unreadable_record"),
    "number too large": (_raw(accepted_event("c8"), b'"count":3', b'"count":1e999999'), "refused_by_database"),
    "unknown operation": (orjson.dumps(accepted_event("c9", operation="explode")), "refused_by_database"),
    "id too long for the key": (orjson.dumps(accepted_event(_long := "".join(str(n) for n in range(9_000)))),
                                "refused_by_database"),
    "version too large": (orjson.dumps(accepted_event("c10", recordversion=2**63)), "refused_by_database"),
    "bytes that are no text": (_raw(accepted_event("c11", content="B"), b'"B"', b'"\xff\xfe"'), "refused_by_database"),
    "no json": (b"not json at all", "unreadable_record"),
    "json of another shape": (b'{"id": "x"}', "unreadable_record"),
    "a list": (b"[]", "unreadable_record"),
    "nothing": (None, "unreadable_record"),
}  # fmt: skip


@pytest.fixture(scope="module")
def shared(stack: Settings) -> Iterator[Rig]:
    """One rig for all culprits: what is loaded for one does not matter to the next."""
    with rig(stack) as made:
        yield made


@pytest.mark.parametrize("name", CULPRITS)
def test_culprit__is_kept_aside_and_the_rest_lands(shared: Rig, name: str) -> None:
    value, code = CULPRITS[name]
    good = [accepted_event(f"{name} {n}") for n in range(20)]
    before = shared.totals()
    shared.send(*good[:13], value, *good[13:])

    outcome = shared.load()

    assert outcome is not None
    assert (outcome.landed, outcome.refused, outcome.duplicates) == (20, 1, 0)
    kept = shared.rows(
        "select code, rejected_by, kafka_offset, sealed from raw.rejected_events where load_id = %s", outcome.load_id
    )
    assert [row[:3] for row in kept] == [(code, "loader", before["offsets"] + 13)]
    assert open_sealed(shared.settings.secret("sealing_private"), kept[0][3]) == (value or b"")


def test_all_culprits_at_once__and_again(loads: Rig) -> None:
    good = [accepted_event(f"g{n}") for n in range(100)]
    culprits = [value for value, _ in CULPRITS.values()]
    loads.send(*good[:50], *culprits, *good[40:], *culprits)

    loads.load()

    assert loads.number("select count(*) from raw.events") == 100
    totals = loads.totals()
    assert totals["refused"] == loads.number("select count(*) from raw.rejected_events") == 2 * len(culprits)
    assert totals["duplicates"] == 10


def test_reason__does_not_quote_the_value(loads: Rig) -> None:
    loads.send(accepted_event(time="2026-99-99 of secret person"))
    loads.load()

    details = loads.rows("select detail, partner, event_id from raw.rejected_events")
    assert details[0][1:] == ("test", "e1")
    assert "secret" not in details[0][0]
    assert "SQLSTATE 22" in details[0][0]


def test_refused_rejection__is_kept_too(loads: Rig) -> None:
    loads.send(b'{"receivedat":"2026-03-01T00:00:00Z","code":"x","sealed":"not base64!"}', topic=loads.rejected)
    loads.load()

    assert loads.rows("select code, rejected_by from raw.rejected_events") == [("unreadable_record", "loader")]


def test_sealing_key_damaged__nothing_is_lost(loads: Rig) -> None:
    loads.send(accepted_event(), b"no json")
    loads.settings.env["CORRIDOR_SECRET_SEALING_PUBLIC"] = "damaged"
    with pytest.raises(Exception, match="sealing_public"):
        loads.load()
    del loads.settings.env["CORRIDOR_SECRET_SEALING_PUBLIC"]

    loads.load()

    assert (loads.totals()["rows_landed"], loads.totals()["refused"]) == (1, 1)
