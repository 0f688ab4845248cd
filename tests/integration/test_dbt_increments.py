"""What is taken in bit by bit, in any order, through crashes, gives what one build gives, and the simulated truth."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime
from itertools import pairwise
from random import Random
from typing import Any

import psycopg
import pytest

from dbt_project.run import BUILD, run_dbt
from dbt_project.seeding import seed_if_changed
from infra.settings import Settings
from ingestion.simulation.config import SimulationConfig
from ingestion.simulation.simulation import simulate
from reporting.publications.build import build
from reporting.publications.publish import publish
from reporting.publications.taken_in import take_in
from tests.dbt_events import Events
from tests.dbt_world import ROTATED, computed_events, milestone_events, money_events, random_events, stated_events
from tests.landed import land
from tests.simulated_truth import accepted_lines, seen_cells, true_cells
from tests.support import ScratchDatabase, scratch_database

pytestmark = pytest.mark.own_database

#: What the warehouse holds and what readers see, in all that says something.
CONTENTS = {
    "records": "select record_key, event_id, is_current, has_rival, occurred_on, data from warehouse.int_records",
    "indicator events": "select * from warehouse.int_indicator_events",
    "counted": "select * from warehouse.int_counted",
    "pending": "select * from warehouse.int_counted_pending",
    "sums": """
        select programme_code, indicator_code, city, period_start, period_precision, funder, dimension, dimension_value,
            amount, amount_part, amounts_without_rate, counted
        from warehouse.int_city_sums where counted > 0
    """,
    "cells": """
        select cell_id, component, content_hash from published.indicator_results where valid_to_publication is null
    """,
    "milestone steps": """
        select thing_key, event_id, step_number, state, stood_in, stands_in, outcome from warehouse.int_milestone_steps
    """,
    "milestones": "select * from published.milestones",
    "steps to review": "select * from published.milestones_to_review",
    "held": "select cell_id, held_cities from results.indicator_results where held_cities is not null",
}
#: After any of these a build may die: its work so far stays.
DIES_AFTER = (
    "int_touched_records", "int_records", "int_milestone_steps", "int_counted_pending", "int_indicator_events",
    "int_counted", "int_city_sums", "int_touched_components",
)  # fmt: skip


class Warehouse:
    """One database that takes in batches of the hand-made world."""

    def __init__(self, database: ScratchDatabase) -> None:
        self.database = database
        self._loads = 0
        with psycopg.connect(database.dsn("owner"), autocommit=True) as owner:
            owner.execute(
                "insert into ops.city_gate (programme, city, state, admitted_to_load) "
                "values ('SIM', 'JIGJIGA', 'held', 90)"
            )
            owner.cursor().executemany(
                "insert into raw.first_tokens (token, first_token, load_id) values (%s, %s, 1)", ROTATED.items()
            )
        seed_if_changed(database.settings)

    def take_in(self, rows: list[tuple[Any, ...]], dies_after: str | None = None, then_publish: bool = True) -> None:
        """Land a batch and build it; the build may die first, and readers may not get it yet."""
        self._loads += 1
        events = Events()
        # What comes after the last good load of the held city stays there.
        events.rows = [(*row[:-1], 99 if row[-1] == 9 else self._loads) for row in rows]
        events.insert(self.database.dsn("owner"))
        first = ["--full-refresh"] if self._loads == 1 else []
        if dies_after:
            self._dbt(
                [
                    "build",
                    "--indirect-selection",
                    "cautious",
                    "--select",
                    f"+{dies_after}",
                    *BUILD[BUILD.index("--exclude") :],
                ]
            )
        self._dbt([*BUILD, *first])
        with psycopg.connect(self.database.dsn("warehouse"), autocommit=True) as conn:
            take_in(conn, self._loads, "rules")
            if then_publish:
                publish(
                    conn, created_by="test", revision="rules", dbt_invocation_id="dbt", audit_id=None,
                    as_of=datetime.now(UTC), as_of_load_id=self._loads,
                )  # fmt: skip

    def contents(self) -> dict[str, list[str]]:
        """Every table that matters, in an order of its own."""
        with psycopg.connect(self.database.dsn("warehouse"), autocommit=True) as conn:
            return {name: sorted(map(repr, conn.execute(query))) for name, query in CONTENTS.items()}

    def _dbt(self, arguments: list[str]) -> None:
        outcome = run_dbt(self.database.settings, arguments)
        nodes = getattr(outcome.result, "results", [])
        assert outcome.success, [f"{n.node.name}: {n.message}" for n in nodes if str(n.status) in ("error", "fail")]


@contextmanager
def warehouse(stack: Settings) -> Iterator[Warehouse]:
    with scratch_database(stack) as database:
        yield Warehouse(database)
    shutil.rmtree(stack.home / "dbt" / database.name)


def world() -> list[tuple[Any, ...]]:
    events = Events()
    computed_events(events)
    money_events(events)
    stated_events(events)
    milestone_events(events)
    random_events(events)
    return events.rows


@pytest.fixture(scope="module")
def in_one(stack: Settings) -> dict[str, list[str]]:
    with warehouse(stack) as whole:
        whole.take_in(world())
        return whole.contents()


def batches(seed: int, number: int) -> list[list[tuple[Any, ...]]]:
    """The world in any order, cut anywhere; the event after the held city's last good load comes with the last."""
    rng, rows = Random(seed), world()
    late = [row for row in rows if row[-1] == 9]
    rows = [row for row in rows if row[-1] != 9]
    rng.shuffle(rows)
    cuts = [0, *sorted(rng.sample(range(1, len(rows)), number - 1)), len(rows)]
    parts = [rows[start:end] for start, end in pairwise(cuts)]
    return [*parts[:-1], parts[-1] + late]


def test_batches_in_any_order__give_what_one_build_gives(stack: Settings, in_one: dict[str, list[str]]) -> None:
    with warehouse(stack) as parts:
        for number, rows in enumerate(batches(4, 5)):
            # Readers do not get every build: one may be refused or withheld.
            parts.take_in(rows, then_publish=number % 2 == 0)
        for name, found in parts.contents().items():
            assert found == in_one[name], name


def test_build_that_dies_anywhere__is_started_again_and_loses_nothing(
    stack: Settings, in_one: dict[str, list[str]]
) -> None:
    with warehouse(stack) as parts:
        for rows, model in zip(batches(5, len(DIES_AFTER) + 1), (None, *DIES_AFTER), strict=True):
            parts.take_in(rows, dies_after=model)
        for name, found in parts.contents().items():
            assert found == in_one[name], name


def test_target_that_comes_later__stands_beside_a_number_that_did_not_change(stack: Settings) -> None:
    with warehouse(stack) as whole:
        whole.take_in(world())
        later = Events()
        period = {"start": "2018-01-01", "end": "2018-12-31", "precision": "year"}
        for code in ("CM-O3-02", "CM-O2-01"):
            target = {
                "indicator_code": code, "place": {"level": "city", "code": "ADAMA"}, "period": period, "unit": "person",
                "kind": "target", "basis": "flow", "value_type": "number", "value": 20, "qualifier": "exact",
                "phrase": "20 people", "document": "plan", "evidence_label": "FOUND", "phase": "I",
            }  # fmt: skip
            later.add("target.set", "2018-01-05 08:00+00", target, subject=f"target of {code}", id=f"target of {code}")
        whole.take_in(later.rows)
        with psycopg.connect(whole.database.dsn("warehouse"), autocommit=True) as conn:
            found = conn.execute(
                """
                select indicator_code, actual is not null, target::int from results.indicator_results
                where programme_code = 'SIM' and geography_code = 'ADAMA' and target_phrase = '20 people'
                order by indicator_code
                """
            ).fetchall()
        assert found == [("CM-O2-01", False, 20), ("CM-O3-02", True, 20)]


def test_simulated_events_in_any_order__give_the_truth(stack: Settings) -> None:
    config = SimulationConfig(seed=12, days=90, start=date(2019, 11, 1), events=2_400, bad=0)
    simulation = simulate(config)
    lines = list(dict.fromkeys(accepted_lines(simulation)))
    Random(12).shuffle(lines)
    with (
        scratch_database(stack) as database,
        psycopg.connect(database.dsn("owner"), autocommit=True) as owner,
    ):
        for start in range(0, len(lines), 1_300):
            land(owner, lines[start : start + 1_300], start)
            assert build(database.settings, f"test {start}").state == "published"
        truth, seen = true_cells(simulation.truth()), seen_cells(owner)
    shutil.rmtree(stack.home / "dbt" / database.name)
    different = {
        key: (truth.get(key), seen.get(key)) for key in truth.keys() | seen.keys() if truth.get(key) != seen.get(key)
    }
    assert not different, f"{len(different)} of {len(truth)}: {sorted(different.items(), key=str)[:5]}"
