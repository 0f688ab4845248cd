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

pytestmark = pytest.mark.own_database

REPORTED = {1: 100, 2: 110, 3: 120, 4: 130, 5: 140, 6: 150}
#: Advisories that Arua sent as events, by month, and those of Jinja, which reports nothing.
ARUA, JINJA = {4: 4, 5: 139, 6: 20, 7: 60, 8: 70}, {6: 40}


def report(number: int, month: int, value: int, *, indicator: str = "CM-O2-04", **more: Any) -> dict[str, Any]:
    """A monthly total of Arua in 2016, unless `more` names another city and year."""
    city, year = more.pop("city", "ARUA"), more.pop("year", 2016)
    end = date(year, month + 1, 1).toordinal() - 1
    data = {
        "indicator_code": indicator,
        "place": {"level": "city", "code": city},
        "period": {"start": f"{year}-{month:02d}-01", "end": str(date.fromordinal(end)), "precision": "month"},
        "kind": "actual", "basis": "flow", "unit": "contact", "qualifier": "exact", "value_type": "number",
        "value": value, "phrase": f"{value} sessions", "document": "monthly sheet", "evidence_label": "FOUND",
    }  # fmt: skip
    at = datetime(year, month + 1, 3, 9, tzinfo=UTC)
    named = {"subject": f"{indicator} {month}", "occurred_at": at, "received_at": at, **more}
    return event(f"report{number}", city, type="result.reported.v1", data=data, **named)


def advisories(city: str, month: int, count: int, prefix: str = "", year: int = 2016) -> Iterator[dict[str, Any]]:
    for number in range(count):
        yield event(
            f"{prefix}{city}-{month}-{number}", city, type="advisory.given.v1",
            occurred_at=datetime(year, month, 10, 9, number % 60, tzinfo=UTC),
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


def exact(desk: Desk, place: str, precision: str) -> dict[int, int]:
    """Month (a year counts as January) of 2016 to the advisories, hidden ones too."""
    rows = desk.warehouse.execute(
        """
        select extract(month from period_start)::int, actual_exact::int from published.indicator_results
        where
            programme_code = 'SIM' and indicator_code = 'CM-O2-04' and geography_code = %s and period_precision = %s
            and dimension = 'total' and valid_to_publication is null and extract(year from period_start) = 2016
        """,
        [place, precision],
    )
    return dict(rows.fetchall())


def sums(desk: Desk) -> list[tuple[Any, ...]]:
    """All sums of Arua."""
    return desk.warehouse.execute(
        """
        select indicator_code, period_start, period_precision, dimension, dimension_value, amount, counted
        from warehouse.int_city_sums where city = 'ARUA' and counted > 0 order by 1, 2, 3, 4, 5
        """
    ).fetchall()


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


def test_completeness__is_the_least_part_known_of_sex_age_and_status(desk: Desk) -> None:
    query = """
        select period_precision, extract(month from period_start)::int, completeness::float
        from results.indicator_results
        where programme_code = 'SIM' and indicator_code = 'CM-O2-04' and geography_code = 'ARUA' and dimension = 'total'
    """
    told = {(precision, month): part for precision, month, part in desk.reader.execute(query)}
    assert told["year", 1] == round(130 / 880, 3)
    assert (told["month", 1], told["month", 7]) == (0, 1)
    row = desk.reader.execute(
        """
        select indicators, indicators_told, indicators_complete, percent_complete::float, least_known::float
        from results.completeness
        where programme_code = 'SIM' and geography_code = 'ARUA' and period_precision = 'month'
            and period_start = '2016-07-01'
        """
    ).fetchone()
    assert row is not None
    assert row[1:] == (row[0], row[0], 100.0, 1.0)


def test_the_other_source__stands_beside_it_with_the_difference(desk: Desk) -> None:
    seen = compared(desk)
    assert seen[1] == ("reported", 100, 0, 100)
    assert seen[4] == ("reported", 130, None, None)  # 4 events are too few to show
    assert seen[5] == ("reported", 140, 139, 1)
    assert seen[6] == ("reported", 150, 20, 130)
    assert set(seen) == set(REPORTED)


def test_the_steering_group__sees_the_small_count_too(desk: Desk) -> None:
    seen = desk.owner.execute(
        """
        select reported::int, computed::int, difference::int from results_exact.reported_against_computed
        where indicator_code = 'CM-O2-04' and geography_code = 'ARUA' and period_start = '2016-04-01'
        """
    ).fetchone()
    assert seen == (130, 4, 126)
    allowed = "select has_table_privilege(%s, 'results_exact.reported_against_computed', 'select')"
    roles = ("bi_steering", "bi_programme", "corridor_reader")
    assert [desk.owner.execute(allowed, [role]).fetchone() for role in roles] == [(True,), (False,), (False,)]


def test_a_figure__says_that_it_holds_reported_months(desk: Desk) -> None:
    rows = desk.reader.execute(
        """
        select period_precision, extract(month from period_start)::int, coalesce(note, '')
        from results.indicator_results
        where programme_code = 'SIM' and indicator_code = 'CM-O2-04' and dimension = 'total' and geography_code = 'UG'
        """
    ).fetchall()
    telling = {(precision, month) for precision, month, note in rows if "reported by ARUA" in note}
    assert telling == {("year", 1), ("quarter", 1), ("quarter", 4), *(("month", month) for month in REPORTED)}


def test_evidence_of_a_reported_month__is_the_report_with_its_words(desk: Desk) -> None:
    rows = desk.warehouse.execute(
        """
        select origin, phrase from warehouse.fct_indicator_evidence
        where indicator_code = 'CM-O2-04' and geography_code = 'ARUA' and period_start = '2016-05-01'
        """
    ).fetchall()
    assert rows == [("stated", "140 sessions")]


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
    assert compared(desk)[6] == ("reported", None, 20, None)


def test_a_full_build__gives_the_same(desk: Desk) -> None:
    before = totals(desk, "ARUA", "month"), totals(desk, "UG", "year"), compared(desk)
    summed = sums(desk)
    desk.owner.execute("update ops.taken_in set rules_hash = 'other'")
    # Enough to be shown: fewer would hide figures beside them.
    desk.land(advisories("JINJA", 9, 20, "tick"))
    assert build(desk.settings, "four").state == "published"
    year = {1: before[1][1] + 20}  # type: ignore[operator]
    assert (totals(desk, "ARUA", "month"), totals(desk, "UG", "year"), compared(desk)) == (before[0], year, before[2])
    assert sums(desk) == summed


def test_another_declaration__moves_the_cells_with_the_next_build(desk: Desk) -> None:
    assert 6 not in exact(desk, "ARUA", "month")
    # As if the line of the seed ended with May: changed files are taken in by a build of all, asked for here.
    until_may = "update warehouse.actual_sources set valid_to = '2016-05-31' where indicator_code = 'CM-O2-04'"
    desk.warehouse.execute(until_may)
    desk.owner.execute("update ops.taken_in set rules_hash = 'another'")
    before = exact(desk, "ARUA", "month")
    desk.land([report(60, 10, 3, city="KOBOKO", year=2017, subject="too few to show")])
    desk.land(advisories("KOBOKO", 10, 50, year=2017))
    assert build(desk.settings, "five").state == "published"
    assert exact(desk, "ARUA", "month") == {**before, 6: 20}
    assert exact(desk, "ARUA", "year") == {1: 755 - 150 + 129 + 20}


def test_a_small_report_beside_counted_events__is_not_shown(desk: Desk) -> None:
    seen = desk.reader.execute(
        """
        select reported, computed::int, difference, difference_percent, phrase from results.reported_against_computed
        where geography_code = 'KOBOKO'
        """
    ).fetchall()
    assert seen == [(None, 50, None, None, None)]


def test_two_reports_of_one_month__the_first_stands_until_a_correction(desk: Desk) -> None:
    at = datetime(2016, 2, 20, tzinfo=UTC)
    desk.land([report(70, 1, 999, subject="the sheet again", received_at=at, occurred_at=at)])
    assert build(desk.settings, "six").state == "unchanged"
    assert exact(desk, "ARUA", "month")[1] == 100
    assert compared(desk)[1][1] == 100
    desk.land([report(71, 1, 105, subject="the sheet once more", operation="correct", received_at=datetime.now(UTC))])
    assert build(desk.settings, "seven").state == "published"
    assert exact(desk, "ARUA", "month")[1] == 105
    assert compared(desk)[1][1] == 105


def test_a_month_without_its_report__stands_beside_its_events_with_what_to_do(desk: Desk) -> None:
    at = datetime.now(UTC)
    back = {"type": "result.reported.v1", "record_version": 2, "occurred_at": at, "received_at": at}
    desk.land([event("no report", "ARUA", subject="CM-O2-04 5", operation="void", data={}, **back)])
    assert build(desk.settings, "eight").state == "published"
    rows = desk.reader.execute(
        """
        select cell_id, actual_source, reported, computed::int, difference, note from results.reported_against_computed
        where indicator_code = 'CM-O2-04' and geography_code = 'ARUA' and period_start = '2016-05-01'
        """
    ).fetchall()
    assert len(rows) == 1
    cell_id, *rest, note = rows[0]
    assert (cell_id, *rest) == (None, "reported", None, 138, None)
    assert note.startswith("This month is to be taken from a report, and none has come")
    warned = desk.owner.execute(
        "select status from ops.dbt_results where unique_id like '%reported_months_have_a_report%'"
    ).fetchall()
    assert ("warn",) in warned
