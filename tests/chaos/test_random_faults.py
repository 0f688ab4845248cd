"""Faults at random under load: the promises of the whole way of an event hold, as if it had been a calm day."""

from __future__ import annotations

import json
import os
import random
from typing import Any

import pytest

from infra.settings import REPO, Settings
from ingestion.loading.finish import finish_load
from ingestion.loading.load import load_ranges
from ingestion.loading.plan import open_load
from ingestion.streaming.live.application import GROUP
from reporting.publications.build import build
from tests.chaos import afterwards
from tests.chaos.platform import Platform, platform, spool_is_empty
from tests.chaos.random_faults import Faults
from tests.support import scratch_database, wait_for

SEED = int(os.environ.get("CORRIDOR_CHAOS_SEED") or 20_261_123)


def survive(
    faults: int, events_between: int, pause: float, seed: int = SEED, with_results: bool = False
) -> dict[str, Any]:
    """Run so many faults and check everything afterwards; returns the report. `with_results`: published cells too."""
    with platform(partners=3, seed=seed, pause=pause) as under_load:
        plan = Faults(under_load, random.Random(seed))
        plan.run(faults, events_between)
        for partner in under_load.partners:
            partner.stop()
        settings = under_load.stack.settings
        wait_for(lambda: spool_is_empty(under_load.gateway_url), 120, "the spool to be drained")
        wait_for(lambda: afterwards.all_loaded(settings), 180, "everything to be loaded")
        by_hand = afterwards.windows_by_hand(settings)
        wait_for(lambda: afterwards.windows(settings).total() >= by_hand.total(), 120, "the live counters")
        under_load.parts["load"].stop()
        counts = afterwards.check_promises(settings, under_load.partners)
        counts["offsets"] = afterwards.check_offsets(settings)
        assert afterwards.windows(settings) == by_hand
        cells = check_calm_run(under_load, by_hand, with_results)
        statuses = sum(
            (partner.statuses for partner in under_load.partners), start=type(under_load.partners[0].statuses)()
        )
        assert set(statuses) <= {0, 202, 422, 503}, statuses
        return {
            "seed": seed,
            "faults": dict(sorted(plan.done.items())),
            "number_of_faults": plan.done.total(),
            "lives": {name: part.lives for name, part in under_load.parts.items()},
            "answers": {str(status): number for status, number in sorted(statuses.items())},
            "events": counts,
            "windows": len(by_hand),
            "published_cells": cells,
        }


def check_calm_run(under_load: Platform, by_hand: Any, with_results: bool) -> int:
    """The same log, loaded and counted again by nobody who is disturbed, gives the same rows, windows and results.

    Returns the number of published cells that were compared.
    """
    disturbed = under_load.stack.settings
    under_load.parts["live"].stop()
    with scratch_database(disturbed) as calm:
        plan = open_load(calm.settings, "calm")
        assert plan is not None
        load_ranges(calm.settings, plan.load_id, plan.ranges)
        finish_load(calm.settings, "calm")
        assert afterwards.stored(calm.settings) == afterwards.stored(disturbed)
        _recount(under_load, calm.settings)
        live = under_load.part("live-calm", "ingestion.streaming", "live", "live", **_elsewhere(under_load, calm.name))
        live.start()
        try:
            wait_for(lambda: afterwards.windows(calm.settings).total() >= by_hand.total(), 180, "a second count")
        finally:
            live.stop()
        assert afterwards.windows(calm.settings) == by_hand
        return check_results(disturbed, calm.settings) if with_results else 0


def check_results(disturbed: Settings, calm: Settings) -> int:
    """dbt, audit and publication give the same cells from both; returns how many."""
    cells = []
    for settings in (disturbed, calm):
        build(settings, "chaos")
        cells.append(afterwards.published(settings))
    assert cells[0] == cells[1]
    return len(cells[0])


def _recount(under_load: Platform, calm: Settings) -> None:
    """Forget how far the counters were: the whole topic is replayed to an empty state."""
    from confluent_kafka.admin import AdminClient

    admin = AdminClient({"bootstrap.servers": calm.kafka_bootstrap})
    wait_for(lambda: _deleted(admin, GROUP), 60, f"the group {GROUP} to be empty and deleted")
    for topic in admin.list_topics(timeout=10).topics:
        if topic.startswith("changelog__"):
            admin.delete_topics([topic])[topic].result(30)


def _deleted(admin: Any, group: str) -> bool:
    from confluent_kafka import KafkaException

    try:
        admin.delete_consumer_groups([group])[group].result(30)
    except KafkaException:
        return False
    return True


def _elsewhere(under_load: Platform, database: str) -> dict[str, str]:
    return {"CORRIDOR_DATABASE": database, "CORRIDOR_STREAM_MEMBER": "calm"}


def write_report(report: dict[str, Any], name: str) -> None:
    """Into bench/, beside the measurements."""
    folder = REPO / "bench"
    folder.mkdir(exist_ok=True)
    (folder / name).write_text(json.dumps(report, indent=2) + "\n", encoding="utf-8")


@pytest.mark.timeout(2400)
def test_forty_faults_under_load() -> None:
    report = survive(faults=40, events_between=3_000, pause=0.02, with_results=True)
    write_report(report, "chaos.json")
    print(json.dumps(report, indent=2))
    assert report["events"]["acknowledged"] >= 100_000
    assert report["published_cells"] > 50
