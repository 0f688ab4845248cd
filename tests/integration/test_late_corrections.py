"""A correction of an early month after later ones were published: every total it belongs to follows, and no other."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest

from infra.settings import Settings
from reporting.publications.build import build
from reporting.publications.diff import diff
from tests.integration.publishing import Desk, event, publishing_desk, void

pytestmark = pytest.mark.own_database

#: People who were registered in Arua, by month of 2014.
REGISTERED = {2: 12, 5: 20, 8: 15}
YEAR = sum(REGISTERED.values())
EARLY = datetime(2014, 2, 10, 9, tzinfo=UTC)


@pytest.fixture(scope="module")
def desk(stack: Settings) -> Iterator[Desk]:
    with publishing_desk(stack, candidate=False) as made:
        for month, count in REGISTERED.items():
            made.land(
                event(f"{month}-{n}", "ARUA", occurred_at=datetime(2014, month, 10, 9, tzinfo=UTC))
                for n in range(count)
            )
            assert build(made.settings, f"month {month}").state == "published"
        yield made
    shutil.rmtree(made.settings.home / "dbt" / made.settings.warehouse_database, ignore_errors=True)


def figures(desk: Desk) -> dict[tuple[str, int], int | None]:
    """Precision and month (a year counts as January) to the people that readers see."""
    rows = desk.reader.execute(
        """
        select period_precision, extract(month from period_start)::int, actual::int from results.indicator_results
        where
            programme_code = 'SIM' and indicator_code = 'CM-O3-02' and geography_code = 'ARUA'
            and dimension = 'total' and kind = 'actual'
        """
    )
    return {(precision, month): actual for precision, month, actual in rows}


def versions(desk: Desk) -> dict[tuple[str, int], Any]:
    """Precision and month to the publication since which the figure stands."""
    rows = desk.owner.execute(
        """
        select period_precision, extract(month from period_start)::int, max(valid_from_publication)
        from published.indicator_results
        where
            programme_code = 'SIM' and indicator_code = 'CM-O3-02' and geography_code = 'ARUA'
            and dimension = 'total' and kind = 'actual' and valid_to_publication is null
        group by 1, 2
        """
    )
    return {(precision, month): publication for precision, month, publication in rows}


def pointed(desk: Desk) -> int:
    row = desk.owner.execute("select max(publication_id) from ops.publications").fetchone()
    assert row is not None
    return int(row[0])


def test_a_void_of_an_early_month__moves_it_and_the_year_and_leaves_the_others(desk: Desk) -> None:
    assert figures(desk) == {
        ("month", 2): 12, ("month", 5): 20, ("month", 8): 15,
        ("quarter", 1): 12, ("quarter", 4): 20, ("quarter", 7): 15, ("year", 1): YEAR,
    }  # fmt: skip
    before, old = versions(desk), pointed(desk)
    desk.land([void("gone", "ARUA", "2-0", occurred_at=EARLY)])
    assert build(desk.settings, "void").state == "published"
    assert figures(desk) == {
        ("month", 2): 11, ("month", 5): 20, ("month", 8): 15,
        ("quarter", 1): 11, ("quarter", 4): 20, ("quarter", 7): 15, ("year", 1): YEAR - 1,
    }  # fmt: skip
    after = versions(desk)
    assert {period for period in after if after[period] != before[period]} == {
        ("month", 2), ("quarter", 1), ("year", 1),
    }  # fmt: skip
    told = [
        tuple(map(int, change.fields["actual"]))
        for change in totals_that_differ(desk, old)
        if "actual" in change.fields
    ]
    assert sorted(told) == [(12, 11), (12, 11), (YEAR, YEAR - 1)]


def totals_that_differ(desk: Desk, old: int) -> list[Any]:
    names = desk.owner.execute(
        "select cell_id from published.indicator_results where geography_code = 'ARUA' and dimension = 'total'"
    ).fetchall()
    wanted = {cell_id for (cell_id,) in names}
    return [change for change in diff(desk.warehouse, old, pointed(desk)) if change.cell_id in wanted]


def test_a_correction_into_another_month__moves_both_and_not_the_year(desk: Desk) -> None:
    may = datetime(2014, 5, 12, 9, tzinfo=UTC)
    desk.land([event("moved", "ARUA", subject="2-1", operation="correct", record_version=2, occurred_at=may)])
    assert build(desk.settings, "correct").state == "published"
    seen = figures(desk)
    assert (seen["month", 2], seen["month", 8], seen["year", 1]) == (10, 15, YEAR - 1)
    assert (seen["quarter", 1], seen["quarter", 4], seen["quarter", 7]) == (10, 21, 15)
    assert seen["month", 5] == 21


def test_a_month_of_which_everything_is_taken_back__is_no_longer_shown(desk: Desk) -> None:
    at = datetime(2014, 8, 10, 9, tzinfo=UTC)
    desk.land(void(f"all {n}", "ARUA", f"8-{n}", occurred_at=at) for n in range(REGISTERED[8]))
    assert build(desk.settings, "all").state == "published"
    assert {("month", 8), ("quarter", 7)}.isdisjoint(figures(desk))
    assert figures(desk)["year", 1] == YEAR - 1 - REGISTERED[8]
