"""A city that reports monthly totals and then sends its events: each month has one source, and nothing is added twice.

seeds/programme/actual_sources.csv declares that Arua reported CM-O2-04 and CM-O4-01 from January to June 2016.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from datetime import UTC, date, datetime
from typing import Any

import pytest

from infra.settings import Settings
from reporting.publications.build import build
from tests.integration.publishing import Desk, event, publishing_desk, void

REPORTED = {1: 100, 2: 110, 3: 120, 4: 130, 5: 140, 6: 150}
#: Advisories that Arua sent as events, by month, and those of Jinja, which reports nothing.
ARUA, JINJA = {5: 139, 6: 20, 7: 60, 8: 70}, {6: 40}


def report(number: int, month: int, value: int, *, indicator: str = "CM-O2-04", **more: Any) -> dict[str, Any]:
    """A monthly total of Arua."""
    end = date(2016, month + 1, 1).toordinal() - 1
    data = {
        "indicator_code": indicator,
        "place": {"level": "city", "code": "ARUA"},
        "period": {"start": f"2016-{month:02d}-01", "end": str(date.fromordinal(end)), "precision": "month"},
        "kind": "actual", "basis": "flow", "unit": "contact", "qualifier": "exact", "value_type": "number",
        "value": value, "phrase": f"{value} sessions", "document": "monthly sheet", "evidence_label": "FOUND",
    }  # fmt: skip
    at = datetime(2016, month + 1, 3, 9, tzinfo=UTC)
    named = {"subject": f"{indicator} {month}", "occurred_at": at, "received_at": at, **more}
    return event(f"report{number}", "ARUA", type="result.reported.v1", data=data, **named)


def advisories(city: str, month: int, count: int, prefix: str = "") -> Iterator[dict[str, Any]]:
    for number in range(count):
        yield event(
            f"{prefix}{city}-{month}-{number}", city, type="advisory.given.v1",
            occurred_at=datetime(2016, month, 10, 9, number % 60, tzinfo=UTC),
        )  # fmt: skip


@pytest.fixture(scope="module")
def desk(stack: Settings) -> Iterator[Desk]:
    with publishing_desk(stack, candidate=False) as made:
        made.land(report(month, month, value) for month, value in REPORTED.items())
        made.land(each for month, count in ARUA.items() for each in advisories("ARUA", month, count))
        made.land(each for month, count in JINJA.items() for each in advisories("JINJA", month, count))
        assert build(made.settings, "one").state == "published"
        yield made
    shutil.rmtree(stack.home / "dbt" / made.settings.warehouse_database, ignore_errors=True)


def totals(desk: Desk, place: str, precision: str) -> dict[int, int | None]:
    """Month (a year counts as January) to the advisories that readers see."""
    rows = desk.reader.execute(
        """
        select extract(month from period_start)::int, actual::int from results.indicator_results
        where
            programme_code = 'SIM' and indicator_code = 'CM-O2-04' and geography_code = %s and period_precision = %s
            and dimension = 'total' and kind = 'actual'
        """,
        [place, precision],
    )
    return dict(rows.fetchall())


def compared(desk: Desk) -> dict[int, tuple[Any, ...]]:
    """Month to source, reported, computed and difference as readers see them."""
    rows = desk.reader.execute(
        """
        select extract(month from period_start)::int, actual_source, reported::int, computed::int, difference::int
        from results.reported_against_computed
        where indicator_code = 'CM-O2-04' and geography_code = 'ARUA'
        """
    )
    return {month: tuple(rest) for month, *rest in rows}


def parts(desk: Desk, place: str) -> dict[str, int | None]:
    """Statuses of the year's advisories; readers may not see some."""
    rows = desk.warehouse.execute(
        """
        select dimension_value, actual_exact::int from published.indicator_results
        where
            indicator_code = 'CM-O2-04' and geography_code = %s and period_precision = 'year' and dimension = 'status'
            and valid_to_publication is null and programme_code = 'SIM'
        """,
        [place],
    )
    return dict(rows.fetchall())


def test_each_month_has_one_source__and_the_year_adds_them_once(desk: Desk) -> None:
    assert totals(desk, "ARUA", "month") == {**REPORTED, 7: 60, 8: 70}
    assert totals(desk, "ARUA", "year") == {1: 750 + 130}
    assert totals(desk, "UG", "year") == {1: 750 + 130 + 40}
    assert totals(desk, "UG", "month")[6] == 150 + 40
    assert parts(desk, "ARUA") == {"not_collected": 750, "refugee": 130}


def test_the_other_source__stands_beside_it_with_the_difference(desk: Desk) -> None:
    seen = compared(desk)
    assert seen[1] == ("reported", 100, 0, 100)
    assert seen[5] == ("reported", 140, 139, 1)
    assert seen[6] == ("reported", 150, 20, 130)
    assert set(seen) == set(REPORTED)


def test_late_corrections__of_a_report_and_of_an_event_move_what_they_must(desk: Desk) -> None:
    desk.land(
        [
            report(50, 3, 125, operation="correct", record_version=2),
            void(
                "gone", "ARUA", "ARUA-5-0", type="advisory.given.v1", occurred_at=datetime(2016, 5, 10, 9, tzinfo=UTC)
            ),
            void(
                "less", "ARUA", "ARUA-7-0", type="advisory.given.v1", occurred_at=datetime(2016, 7, 10, 9, tzinfo=UTC)
            ),
            report(51, 8, 71),
        ]
    )
    assert build(desk.settings, "two").state == "published"
    assert totals(desk, "ARUA", "month") == {**REPORTED, 3: 125, 7: 59, 8: 70}
    assert totals(desk, "ARUA", "year") == {1: 755 + 129}
    seen = compared(desk)
    assert seen[5] == ("reported", 140, 138, 2)
    assert seen[8] == ("computed from events", 71, 70, 1)  # reported in vain: the events are declared


def test_a_report_that_is_taken_back__leaves_no_figure_and_no_event_in_its_place(desk: Desk) -> None:
    at = datetime(2016, 7, 3, 9, tzinfo=UTC)
    back = {"type": "result.reported.v1", "record_version": 3, "occurred_at": at, "received_at": datetime.now(UTC)}
    desk.land([event("taken back", "ARUA", subject="CM-O2-04 6", operation="void", data={}, **{**back})])
    assert build(desk.settings, "three").state == "published"
    assert 6 not in totals(desk, "ARUA", "month")
    assert totals(desk, "ARUA", "year") == {1: 755 - 150 + 129}
    assert 6 not in compared(desk)


def test_a_full_build__gives_the_same(desk: Desk) -> None:
    before = totals(desk, "ARUA", "month"), totals(desk, "UG", "year"), compared(desk)
    desk.owner.execute("update ops.taken_in set rules_hash = 'other'")
    desk.land(advisories("JINJA", 9, 1, "tick"))
    assert build(desk.settings, "four").state == "published"
    year = {1: before[1][1] + 1}  # type: ignore[operator]
    assert (totals(desk, "ARUA", "month"), totals(desk, "UG", "year"), compared(desk)) == (before[0], year, before[2])
