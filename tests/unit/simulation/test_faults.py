"""Faults come in the shares that were asked for, and are what they are called."""

from __future__ import annotations

from collections import Counter, defaultdict
from itertools import pairwise

import pytest

from ingestion.simulation.bad_events import FAULTS
from ingestion.simulation.config import SimulationConfig, SimulationError
from ingestion.simulation.simulation import Simulation, simulate


def test_counts__are_the_shares_of_what_was_asked_for(faulty: Simulation) -> None:
    counts = faulty.counts()
    assert len(faulty.dispatches) == 4000
    assert {name: counts[name] for name in ("duplicate", "correct", "void", "late", "bad")} == {
        "duplicate": 200,
        "correct": 120,
        "void": 80,
        "late": 200,
        "bad": 120,
    }


def test_bad_events__show_every_fault_and_every_code(faulty: Simulation) -> None:
    codes = Counter(dispatch.code for dispatch in faulty.dispatches if dispatch.kind == "bad")
    assert set(codes) == {fault.code for fault in FAULTS}
    assert set(codes) == {
        "schema_violation",
        "money_without_currency",
        "unknown_type",
        "out_of_scope",
        "invalid_envelope",
    }


def test_duplicates__are_the_very_same_event(faulty: Simulation) -> None:
    first: dict[str, dict] = {}
    again = 0
    for dispatch in faulty.dispatches:
        if dispatch.kind == "bad":
            continue
        known = first.setdefault(dispatch.event["id"], dispatch.event)
        again += known is not dispatch.event or dispatch.kind == "duplicate"
        assert known == dispatch.event
    assert again >= 200


def test_versions__grow_and_never_say_two_things(faulty: Simulation) -> None:
    said = defaultdict(set)
    for dispatch in faulty.dispatches:
        if dispatch.kind != "bad":
            event = dispatch.event
            said[event["source"], event["type"], event["subject"], event.get("recordversion", 1)].add(event["id"])
    assert all(len(ids) == 1 for ids in said.values())


def test_order__late_events_and_early_corrections(faulty: Simulation) -> None:
    position: dict[tuple[str | None, str], int] = {}
    for place, dispatch in enumerate(faulty.dispatches):
        position.setdefault((dispatch.event.get("subject"), dispatch.kind), place)
    overtaken = [
        subject
        for (subject, kind), place in position.items()
        if kind in ("correct", "void") and place < position[subject, "create"]
    ]
    assert overtaken, "some corrections and voids arrive before what they change"
    for dispatch in faulty.dispatches:
        if dispatch.is_late:
            record = next(r for r in faulty.world.records if r.subject == dispatch.event["subject"])
            assert (dispatch.sent_at - record.versions[0].at).days >= 6


def test_partners__fall_silent_for_days(faulty: Simulation) -> None:
    times = sorted(d.sent_at for d in faulty.dispatches if d.sender == "ARUA")
    gaps = [(later - earlier).total_seconds() / 86400 for earlier, later in pairwise(times)]
    assert max(gaps) > 1.5


@pytest.mark.parametrize(
    "wrong",
    [
        {"days": 0},
        {"days": 5, "cities": ("ATLANTIS",)},
        {"days": 5, "late": 0.9},
        {"days": 5, "events": 0},
        {"days": 5, "duplicates": 0.4, "bad": 0.5},
    ],
)
def test_configuration__says_what_is_wrong(wrong: dict) -> None:
    with pytest.raises(SimulationError, match=r"ask for|choose|give|stay below"):
        simulate(SimulationConfig(seed=1, **wrong))
