"""Every accepted event lands once, whatever is sent twice and whatever is loaded twice."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from infra.settings import Settings
from tests.integration.load_rig import Rig, accepted_event, rig


@pytest.fixture
def loads(stack: Settings) -> Iterator[Rig]:
    with rig(stack) as made:
        yield made


def test_event_lands__with_its_place_and_its_three_clocks(loads: Rig) -> None:
    event = accepted_event("one", city=None)
    loads.send(accepted_event("zero"), event, partition=1)

    outcome = loads.load("the-run")

    assert outcome is not None
    assert outcome.landed == 2
    assert outcome.is_news
    row = loads.rows(
        "select e.source, e.subject, e.city, e.data, encode(e.content_hash, 'hex'), e.topic, e.kafka_partition,"
        " e.kafka_offset, e.occurred_at = '2026-03-01 20:15+00', e.received_at = '2026-03-01 20:16:00.123456+00',"
        " e.loaded_at > now() - interval '1 minute', l.run_id, l.finished_at is not null"
        " from raw.events as e inner join raw.loads as l using (load_id) where e.id = 'one'"
    )
    assert row == [
        ("urn:test:loads", "s-one", None, event["data"], event["contenthash"], loads.accepted, 1, 1, True, True, True,
         "the-run", True)
    ]  # fmt: skip


def test_second_load__finds_nothing(loads: Rig) -> None:
    loads.send(accepted_event())
    loads.load()

    assert loads.load() is None
    assert loads.number("select count(*) from raw.events") == 1


def test_same_event_sent_again__is_a_duplicate_and_no_news(loads: Rig) -> None:
    loads.send(accepted_event("a"), accepted_event("a"), accepted_event("b"))
    loads.load()
    loads.send(accepted_event("b"), accepted_event("a"), accepted_event("a"))

    outcome = loads.load()

    assert outcome is not None
    assert not outcome.is_news
    assert outcome.duplicates == 3
    assert loads.rows("select id from raw.events order by id") == [("a",), ("b",)]
    assert loads.totals() == {
        "offsets": 6, "rows_landed": 2, "duplicates": 4, "id_reused": 0, "refused": 0, "gaps": 0, "expired": 0
    }  # fmt: skip


def test_same_id_with_other_content__is_kept_apart_for_review(loads: Rig) -> None:
    first, other, third = (accepted_event("a", content=content) for content in ("81", "41", "7"))
    loads.send(first, other, first)
    loads.load()
    loads.send(third, other)
    loads.load()

    assert loads.rows("select encode(content_hash, 'hex'), kafka_offset from raw.events") == [(first["contenthash"], 0)]
    kept = loads.rows(
        "select kafka_offset, data ->> 'note', encode(first_content_hash, 'hex') from raw.id_conflicts order by 1"
    )
    assert kept == [(1, "41", first["contenthash"]), (3, "7", first["contenthash"]), (4, "41", first["contenthash"])]
    totals = loads.totals()
    assert (totals["rows_landed"], totals["duplicates"], totals["id_reused"]) == (1, 1, 3)


def test_same_id_of_another_source__is_another_event(loads: Rig) -> None:
    loads.send(accepted_event("a"), accepted_event("a", source="urn:test:others"))
    loads.load()

    assert loads.number("select count(*) from raw.events") == 2


def test_rejected_topic__lands_with_its_sealed_body(loads: Rig) -> None:
    rejection = {
        "receivedat": "2026-03-01T20:16:00.5Z", "partner": "test", "programme": "SIM", "keyid": "0a1b2c3d", "id": "x",
        "source": None, "type": None, "city": None, "code": "schema_violation", "pointer": "/data/count",
        "detail": "a tab \t and a \\ backslash", "sealed": "AAEC/w==",
    }  # fmt: skip
    loads.send({**rejection, "subject": ""}, topic=loads.rejected, partition=1)
    outcome = loads.load()

    assert outcome is not None
    assert outcome.landed == 1
    assert loads.rows(
        "select event_id, code, pointer, detail, sealed, rejected_by, kafka_offset from raw.rejected_events"
    ) == [("x", "schema_violation", "/data/count", "a tab \t and a \\ backslash", b"\x00\x01\x02\xff", "gateway", 0)]


def test_large_batches__are_split_by_count_and_bytes(loads: Rig, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ingestion.loading.source.BATCH_BYTES", 20_000)
    loads.send(*(accepted_event(f"e{n}") for n in range(5_000)))
    loads.load()

    assert loads.number("select count(*) from raw.events") == 5_000
    assert loads.number("select count(*) from raw.load_ranges") > 1
    assert loads.number("select count(distinct kafka_offset) from raw.events") == 5_000
