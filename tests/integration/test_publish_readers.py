"""Readers who query all the time while publications and restores go on never see a mixed state."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from threading import Event

import psycopg
import pytest

from infra.settings import Settings
from reporting.publications.pointer import restore, resume
from tests.integration.publishing import Desk, cell, publishing_desk

pytestmark = pytest.mark.own_database

CELLS, PUBLICATIONS, READERS = 300, 20, 2

LOOK = (
    "select publication_id, count(*), min(actual), max(actual) from results.indicator_results group by publication_id"
)


def test_readers__see_whole_publications_only(stack: Settings) -> None:
    with publishing_desk(stack) as desk, ThreadPoolExecutor(READERS) as pool:
        _publish_round(desk, 1)
        done = Event()
        readers = [pool.submit(_read_until, desk.settings.dsn("reader"), done) for _ in range(READERS)]
        try:
            for number in range(2, PUBLICATIONS + 1):
                _publish_round(desk, number)
            restore(desk.warehouse, 5, by="test", reason="look")
            resume(desk.warehouse, by="test", reason="")
            _publish_round(desk, PUBLICATIONS + 1)
        finally:
            done.set()
        looks = [look for reader in readers for look in reader.result(timeout=60)]
    seen = {publication for publication, *_ in looks}
    assert len(seen) > 3, "the readers were too slow to be a test"
    for publication, cells, low, high in looks:
        assert (cells, low, high) == (CELLS, publication, publication)


def _publish_round(desk: Desk, number: int) -> None:
    desk.fill(cell(f"c{position}", number) for position in range(CELLS))
    made = desk.publish(load_id=number)
    assert made is not None
    assert made.publication_id == number


def _read_until(dsn: str, done: Event) -> list[tuple[int, int, int, int]]:
    looks = []
    with psycopg.connect(dsn, autocommit=True) as conn:
        while not done.is_set():
            rows = conn.execute(LOOK).fetchall()
            assert len(rows) == 1, f"two publications at once: {rows}"
            looks.append((rows[0][0], rows[0][1], int(rows[0][2]), int(rows[0][3])))
    return looks
