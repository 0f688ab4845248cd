"""Five years of simulated events in any order, in twenty publications, with a reader looking: every cell is the truth.

`CORRIDOR_VERIFY_EVENTS` says how many events; with a million it takes the better part of an hour on two cores.
"""

from __future__ import annotations

import os
import shutil
from collections import defaultdict
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from itertools import pairwise
from random import Random
from threading import Event
from typing import Any

import psycopg
import pytest

from infra.settings import Settings
from ingestion.simulation.config import SimulationConfig
from ingestion.simulation.simulation import simulate
from reporting.publications.build import build
from tests.landed import land
from tests.simulated_truth import accepted_lines, seen_cells, true_cells
from tests.support import scratch_database

EVENTS = int(os.environ.get("CORRIDOR_VERIFY_EVENTS", "1000000"))
PUBLICATIONS = 20
SEED = 31
#: Two versions of the framework: the first ends with 2020.
YEARS = SimulationConfig(seed=SEED, days=5 * 365, start=date(2018, 7, 1), events=EVENTS, bad=0)

LOOK = """
    select publication_id, count(*), sum(actual), count(suppression), max(period_end)
    from results.indicator_results where programme_code = 'SIM' group by publication_id
"""


@pytest.mark.timeout(2 * 3600)
def test_every_cell_is_the_truth__and_no_reader_sees_two_publications_at_once(stack: Settings) -> None:
    simulation = simulate(YEARS)
    lines = list(dict.fromkeys(accepted_lines(simulation)))
    assert len(lines) >= EVENTS * 0.9
    rng = Random(SEED)
    rng.shuffle(lines)
    with (
        scratch_database(stack) as database,
        psycopg.connect(database.dsn("owner"), autocommit=True) as owner,
        ThreadPoolExecutor(1) as pool,
    ):
        done = Event()
        reading = None
        try:
            for number, (start, end) in enumerate(pairwise(_cuts(rng, len(lines)))):
                land(owner, lines[start:end], start)
                assert build(database.settings, f"batch {number}").state == "published"
                reading = reading or pool.submit(lambda: list(_looks(database.dsn("reader"), done)))
        finally:
            done.set()
        assert reading is not None
        looks = reading.result(timeout=120)
        truth, seen = true_cells(simulation.truth()), seen_cells(owner)
    shutil.rmtree(stack.home / "dbt" / database.name)

    different = sorted((key for key in truth.keys() | seen.keys() if truth.get(key) != seen.get(key)), key=str)
    assert not different, f"{len(different)} of {len(truth)}: {[(k, truth.get(k), seen.get(k)) for k in different[:5]]}"
    told = defaultdict(set)
    for (publication, *figures), *others in looks:
        assert not others, "two publications at once"
        told[publication].add(tuple(figures))
    assert len(told) > PUBLICATIONS // 2, f"The reader saw {len(told)} publications: too slow to be a test."
    assert {len(figures) for figures in told.values()} == {1}, "one publication, two answers"
    print(f"{len(lines):,} events, {len(truth):,} cells, {PUBLICATIONS} publications, {len(looks)} looks")


def _cuts(rng: Random, events: int) -> list[int]:
    return [0, *sorted(rng.sample(range(1, events), PUBLICATIONS - 1)), events]


def _looks(dsn: str, done: Event) -> Iterator[list[tuple[Any, ...]]]:
    with psycopg.connect(dsn, autocommit=True) as conn:
        while not done.is_set():
            yield conn.execute(LOOK).fetchall()
