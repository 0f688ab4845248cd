"""Whatever is sent in whatever order, over however many loads: nothing vanishes and nothing doubles."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from infra.settings import Settings
from tests.integration.load_rig import Rig, accepted_event, rig

#: One record: which of a few identities, which content of it, which partition; content 9 cannot be stored.
records = st.tuples(st.integers(0, 7), st.sampled_from([0, 0, 0, 1, 2, 9]), st.integers(0, 1))


@pytest.fixture(scope="module")
def loads(stack: Settings) -> Iterator[Rig]:
    with rig(stack) as made:
        yield made


@settings(max_examples=20, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
@given(runs=st.lists(st.lists(records, max_size=25), min_size=1, max_size=4))
def test_rows_duplicates_reused_and_refused__are_all_that_was_sent(
    loads: Rig, runs: list[list[tuple[int, int, int]]]
) -> None:
    loads.rows("with gone as (delete from raw.load_ranges returning 1) select count(*) from gone")
    source = f"urn:test:{loads.number('select coalesce(max(load_id), 0) from raw.loads')}"
    sent = []
    for run in runs:
        for identity, content, partition in run:
            time = "2026-02-31T00:00:00Z" if content == 9 else "2026-02-28T00:00:00Z"
            event = accepted_event(f"i{identity}", content=str(content), source=source, time=time)
            loads.send(event, partition=partition)
            sent.append(event)
        loads.load()
        loads.load()

    totals = loads.totals()
    storable = [event for event in sent if event["time"] != "2026-02-31T00:00:00Z"]
    assert totals["offsets"] == len(sent)
    assert totals["refused"] == len(sent) - len(storable)
    assert totals["rows_landed"] == len({event["id"] for event in storable})
    assert totals["rows_landed"] + totals["duplicates"] + totals["id_reused"] + totals["refused"] == len(sent)
    traced = loads.rows("select count(*)::int from raw.duplicate_events where source = %s", source)
    assert traced == [(totals["duplicates"],)]
    landed = dict(loads.rows(
        "select id, encode(content_hash, 'hex') from raw.events where source = %s", source))  # fmt: skip
    assert len(landed) == totals["rows_landed"]
    assert totals["id_reused"] == sum(event["contenthash"] != landed[event["id"]] for event in storable)
    kept = loads.rows("select id, encode(content_hash, 'hex') from raw.id_conflicts where source = %s", source)
    assert sorted(kept) == sorted(
        (event["id"], event["contenthash"]) for event in storable if event["contenthash"] != landed[event["id"]]
    )
