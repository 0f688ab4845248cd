"""A load that is killed at the worst moments, or that wakes up too late, neither loses nor doubles."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from typing import Any

import psycopg
import pytest

from infra.settings import Settings
from ingestion.loading import batch, fence, load
from ingestion.loading.finish import finish_load
from ingestion.loading.load import load_ranges
from ingestion.loading.plan import open_load
from ingestion.loading.problems import Fenced
from tests.integration.load_rig import Rig, accepted_event, rig

#: A load in a process of its own that dies as by kill -9 within, or right after, the n-th transaction.
_DOOMED = """
import os, sys
from ingestion.loading import load, source
from ingestion.loading.plan import open_load
from infra.settings import Settings
source.BATCH_RECORDS = source.POLL_RECORDS = 40
moment, at, accepted, rejected = sys.argv[1], int(sys.argv[2]), sys.argv[3], sys.argv[4]
landed, real = 0, load.land
def doomed(connection, batch, load_id, seal, check):
    global landed
    landed += 1
    def fence(connection):
        check(connection)
        if moment == "before" and landed == at:
            os._exit(9)
    counts = real(connection, batch, load_id, seal, fence)
    if moment == "after" and landed == at:
        os._exit(9)
    return counts
load.land = doomed
settings = Settings.load()
plan = open_load(settings, f"doomed-{moment}-{at}", {accepted: "accepted", rejected: "rejected"})
if plan is not None:
    load.load_ranges(settings, plan.load_id, plan.ranges)
"""


@pytest.fixture
def loads(stack: Settings) -> Iterator[Rig]:
    with rig(stack) as made:
        yield made


def _run_doomed(loads: Rig, moment: str, at: int) -> int:
    command = [sys.executable, "-c", _DOOMED, moment, str(at), loads.accepted, loads.rejected]
    return subprocess.run(command, env=loads.environment(), timeout=120, check=False).returncode


def test_killed_before_and_after_commits__each_event_once(loads: Rig) -> None:
    ids = [f"e{n % 500}" for n in range(600)]
    loads.send(*(accepted_event(id_) for id_ in ids[:300]), partition=0)
    loads.send(*(accepted_event(id_) for id_ in ids[300:]), partition=1)

    codes = [_run_doomed(loads, moment, at) for moment, at in
             [("before", 1), ("after", 1), ("before", 3), ("after", 2), ("before", 2), ("after", 3)]]  # fmt: skip
    outcome = loads.load("the last one")

    assert codes == [9] * 6
    assert outcome is not None
    assert outcome.is_news
    assert outcome.landed == 500, "the load that ends well tells of what the killed ones had landed"
    assert loads.number("select count(*) from raw.events") == 500
    assert loads.number("select count(distinct (source, id)) from raw.events") == 500
    assert loads.totals() == {
        "offsets": 600, "rows_landed": 500, "duplicates": 100, "id_reused": 0, "refused": 0, "gaps": 0, "expired": 0
    }  # fmt: skip
    assert loads.number("select count(*) from raw.loads where finished_at is null or announced_by is null") == 0


def test_killed_with_everything_landed__the_next_run_still_tells(loads: Rig) -> None:
    loads.send(*(accepted_event(f"e{n}") for n in range(30)))
    assert _run_doomed(loads, "after", 1) == 9

    outcome = loads.load()

    assert outcome is not None
    assert outcome.landed == 30
    assert loads.load() is None


def test_zombie__that_was_paused_before_it_wrote_writes_nothing(loads: Rig, monkeypatch: pytest.MonkeyPatch) -> None:
    loads.send(*(accepted_event(f"e{n}") for n in range(10)))
    early = open_load(loads.settings, "early", loads.sources)
    assert early is not None
    real = load.land
    later: list[Any] = []

    def paused(*arguments):
        """The early load has claimed and read its range when a later one runs from start to end."""
        monkeypatch.setattr(load, "land", real)
        later.append(loads.load("later"))
        return real(*arguments)

    monkeypatch.setattr(load, "land", paused)
    with pytest.raises(Fenced):
        load_ranges(loads.settings, early.load_id, early.ranges)

    assert later[0].landed == 10
    assert loads.rows("select distinct load_id from raw.events") == [(later[0].load_id,)]
    assert loads.number(f"select count(*) from raw.load_ranges where load_id = {early.load_id}") == 0


def test_zombie__that_was_paused_within_its_transaction_blocks_nobody(
    loads: Rig, monkeypatch: pytest.MonkeyPatch
) -> None:
    loads.send(*(accepted_event(f"e{n}") for n in range(10)))
    early = open_load(loads.settings, "early", loads.sources)
    assert early is not None
    real = load.land
    later: list[Any] = []
    monkeypatch.setattr(batch, "ABANDONED_AFTER", "1s")

    def paused(connection, work, load_id, seal, check):
        """All rows of the early load stand in its open transaction when a later one starts."""
        monkeypatch.setattr(load, "land", real)

        def fence_after_the_other(connection):
            later.append(loads.load("later"))
            check(connection)

        return real(connection, work, load_id, seal, fence_after_the_other)

    monkeypatch.setattr(load, "land", paused)
    with pytest.raises(psycopg.errors.IdleInTransactionSessionTimeout):
        load_ranges(loads.settings, early.load_id, early.ranges)

    assert later[0].landed == 10
    assert loads.number("select count(*) from raw.events") == 10


def test_two_attempts_of_one_task__only_the_last_to_claim_lands(loads: Rig) -> None:
    loads.send(*(accepted_event(f"e{n}") for n in range(10)))
    plan = open_load(loads.settings, "run", loads.sources)
    assert plan is not None
    with_claim = plan.ranges[0]

    with psycopg.connect(loads.settings.dsn("loader"), autocommit=True) as zombie:
        stale = fence.claim(zombie, plan.load_id, with_claim)
        fence.claim(zombie, plan.load_id, with_claim)
        with pytest.raises(Fenced, match="taken over"), zombie.transaction():
            fence.forward_fence(plan.load_id, with_claim, stale, 10)(zombie)

    load_ranges(loads.settings, plan.load_id, plan.ranges)
    load_ranges(loads.settings, plan.load_id, plan.ranges)

    assert loads.number("select count(*) from raw.events") == 10
    assert loads.totals()["offsets"] == 10


def test_reread_of_a_closed_load__is_fenced(loads: Rig) -> None:
    loads.send(accepted_event())
    plan = open_load(loads.settings, "run", loads.sources)
    assert plan is not None
    finish_load(loads.settings, "run")

    with pytest.raises(Fenced, match="closed"):
        load_ranges(loads.settings, plan.load_id, plan.ranges)

    assert loads.number("select count(*) from raw.events") == 0
