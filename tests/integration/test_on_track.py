"""Whether a figure is on track, by known answers, and as the reader sees it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

import psycopg
import pytest

from infra.settings import Settings
from tests.support import scratch_database

pytestmark = pytest.mark.own_database

START, END = date(2025, 1, 1), date(2025, 12, 31)
#: The 146th of 365 days: two fifths of the year have passed, of which 0.8 are 32 of a target of 100.
MIDDLE = date(2025, 5, 26)
AFTER = date(2026, 1, 1)


@pytest.fixture(scope="module")
def reader(stack: Settings) -> Iterator[psycopg.Connection]:
    with (
        scratch_database(stack) as database,
        psycopg.connect(database.dsn("reader"), autocommit=True) as connection,
    ):
        yield connection


@pytest.mark.parametrize(
    ("rule", "actual", "target", "start", "end", "as_of", "wanted"),
    [
        ("linear", 32, 100, START, END, MIDDLE, "on_track"),
        ("linear", 31, 100, START, END, MIDDLE, "off_track"),
        ("linear", 99, 100, START, END, END, "on_track"),
        ("linear", 79, 100, START, END, END, "off_track"),
        ("linear", 99, 100, START, END, AFTER, "off_track"),
        ("linear", 100, 100, START, END, AFTER, "on_track"),
        ("linear", 0, 100, START, END, date(2024, 12, 31), None),
        ("linear", 50, 100, None, None, AFTER, None),
        ("milestone", 2, 3, START, END, MIDDLE, None),
        ("milestone", 3, 3, START, END, MIDDLE, "on_track"),
        ("milestone", 2, 3, START, END, AFTER, "off_track"),
        ("floor", 50, 50, None, None, MIDDLE, "on_track"),
        ("floor", 49.9, 50, START, END, MIDDLE, "off_track"),
        ("linear", None, 100, START, END, AFTER, None),
        ("linear", 5, None, START, END, AFTER, None),
        (None, 5, 5, START, END, AFTER, None),
    ],
)
def test_on_track__by_rule(
    reader: psycopg.Connection, rule: str | None, actual: float | None, target: float | None, start: date | None,
    end: date | None, as_of: date, wanted: str | None,
) -> None:  # fmt: skip
    row = reader.execute(
        "select results.on_track(%s, %s::numeric, %s::numeric, %s, %s, %s)", [rule, actual, target, start, end, as_of]
    ).fetchone()
    assert row == (wanted,)


def test_the_reader_sees_it_beside_each_cell(reader: psycopg.Connection) -> None:
    columns = reader.execute("select * from results.indicator_results limit 0").description
    assert columns is not None
    assert [column.name for column in columns][-5:] == [
        "wording_status", "track_rule", "target_start", "target_end", "on_track",
    ]  # fmt: skip
