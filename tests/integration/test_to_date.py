"""Figures to date of a phase: known numbers through builds, protection, targets, evidence and releases.

seeds/programme/phases.csv declares 2017 to 2020 as phase I of SIM, and 2021 to 2028 as phase II.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest
from psycopg.rows import dict_row

from infra.settings import Settings
from reporting.explain.explanation import explain
from reporting.publications.build import build
from reporting.releases.make import make_release
from reporting.releases.model import Window
from tests.attack.bounds import systems
from tests.attack.knowledge import learn
from tests.integration.publishing import Desk, event, publishing_desk
from tests.small_cells_oracle import PLACES

PHASE_ONE = (date(2017, 1, 1), date(2020, 12, 31))


def people(city: str, year: int, numbers: range, **more: Any) -> Iterator[dict[str, Any]]:
    """Registrations in May; a number is the same person in every year."""
    for number in numbers:
        dims = {"person_token": f"{city}{number}", "sex": "female", "age_band": "18-24", "status": "refugee"}
        yield event(
            f"{city}-{year}-{number}", city, data={**dims, **more},
            occurred_at=datetime(year, 5, 10, 9, number % 60, tzinfo=UTC),
        )  # fmt: skip


def visits(city: str, year: int, count: int) -> Iterator[dict[str, Any]]:
    for number in range(count):
        yield event(
            f"visit-{city}-{year}-{number}", city, type="clinic.visit.v1",
            occurred_at=datetime(year, 3, 10, 9, number % 60, tzinfo=UTC),
        )  # fmt: skip


def plan(number: int, year: int, title: str) -> dict[str, Any]:
    data = {"document_title": title, "document_type": "strategy", "to_status": "adopted"}
    return event(
        f"plan{number}", "ARUA", type="plan.status_changed.v1", data=data,
        occurred_at=datetime(year, 5, 10, 9, tzinfo=UTC),
    )  # fmt: skip


def target(name: str, value: int, start: str, end: str) -> dict[str, Any]:
    data = {
        "indicator_code": "CM-O3-02", "place": {"level": "city", "code": "ADAMA"}, "unit": "person", "kind": "target",
        "period": {"start": start, "end": end, "precision": "range"}, "basis": "to_date", "value_type": "number",
        "value": value, "qualifier": "at_least", "phrase": name, "document": "plan", "evidence_label": "FOUND",
        "phase": "I",
    }  # fmt: skip
    at = datetime(2018, 1, 5, 9, tzinfo=UTC)
    return event(name, None, type="target.set.v1", subject=name, data=data, occurred_at=at, received_at=at)


@pytest.fixture(scope="module")
def desk(stack: Settings) -> Iterator[Desk]:
    """Two publications: the second takes in one more year, and a target for the phase."""
    with publishing_desk(stack, candidate=False) as made:
        made.land(people("ADAMA", 2016, range(7)))
        made.land(people("ADAMA", 2018, range(20)))
        made.land(people("JIGJIGA", 2018, range(30)))
        made.land(visit for city, count in (("ADAMA", 20), ("JIGJIGA", 30)) for visit in visits(city, 2018, count))
        made.land([plan(1, 2018, "Growth plan"), target("20 in 2018", 20, "2018-01-01", "2018-12-31")])
        assert build(made.settings, "one").state == "published"
        made.land(people("ADAMA", 2019, range(8, 30)))
        made.land(people("ADAMA", 2021, range(6)))
        made.land(visit for city, count in (("ADAMA", 15), ("JIGJIGA", 4)) for visit in visits(city, 2019, count))
        made.land([plan(2, 2019, " growth PLAN"), plan(3, 2019, "By-law")])
        made.land([target("40 in phase I", 40, "2017-01-01", "2020-12-31")])
        assert build(made.settings, "two").state == "published"
        yield made
    shutil.rmtree(stack.home / "dbt" / made.settings.warehouse_database, ignore_errors=True)


def cells(desk: Desk, indicator: str, place: str, **more: Any) -> dict[tuple[str, date], dict[str, Any]]:
    """Precision and first day to the total that readers see."""
    wanted = {"dimension": "total", "funder": None, **more}
    with desk.reader.cursor(row_factory=dict_row) as cursor:
        rows = cursor.execute(
            "select * from results.indicator_results where programme_code = 'SIM' and indicator_code = %s "
            "and geography_code = %s",
            [indicator, place],
        ).fetchall()
    rows = [row for row in rows if all(row[name] == value for name, value in wanted.items())]
    return {(row["period_precision"], row["period_start"]): row for row in rows}


def to_date(desk: Desk, indicator: str, place: str, **more: Any) -> dict[str, Any]:
    return cells(desk, indicator, place, **more)["phase", PHASE_ONE[0]]


def test_people_served_in_two_years__count_once_in_the_phase(desk: Desk) -> None:
    found = cells(desk, "CM-O3-02", "ADAMA")
    years = {start.year: row["actual"] for (precision, start), row in found.items() if precision == "year"}
    assert years == {2016: 7, 2018: 20, 2019: 22, 2021: 6}
    phases = {row["phase"]: row["actual"] for (precision, _), row in found.items() if precision == "phase"}
    assert phases == {"I": 30, "II": 6}
    row = to_date(desk, "CM-O3-02", "ADAMA")
    assert (row["basis"], row["period_start"], row["period_end"]) == ("to_date", *PHASE_ONE)
    assert row["note"].startswith("to date: provisional until 2020-12-31")
    assert to_date(desk, "CM-O3-02", "ET")["actual"] == 60


def test_documents__count_by_name_over_the_phase(desk: Desk) -> None:
    assert to_date(desk, "CM-O1-02-A", "ARUA")["actual"] == 2


def test_contacts__add_up_and_are_hidden_with_a_hidden_year(desk: Desk) -> None:
    assert to_date(desk, "CM-O3-03-V", "ET")["actual"] == 69
    for city in ("ADAMA", "JIGJIGA"):
        year = cells(desk, "CM-O3-03-V", city)["year", date(2019, 1, 1)]
        assert year["suppression"] == "complementary"
        row = to_date(desk, "CM-O3-03-V", city)
        assert (row["suppression"], row["actual"], row["numerator"]) == ("complementary", None, None)


def test_targets_of_the_phase__stand_beside_the_figure_to_date_alone(desk: Desk) -> None:
    found = cells(desk, "CM-O3-02", "ADAMA")
    targets = {key: row["target"] for key, row in found.items() if row["target"] is not None}
    assert targets == {("phase", PHASE_ONE[0]): 40, ("year", date(2018, 1, 1)): 20}
    row = to_date(desk, "CM-O3-02", "ADAMA")
    assert (row["achievement"], row["status"], row["on_track"]) == (Decimal("0.75"), "in_progress", "off_track")
    assert (row["target_start"], row["target_end"]) == PHASE_ONE


def test_period__reads_as_the_phase(desk: Desk) -> None:
    query = "select distinct period from results.v_readable_results where period_precision = 'phase' order by 1"
    assert [period for (period,) in desk.reader.execute(query)] == [
        "Jan 2017 – Dec 2020, to date", "Jan 2021 – Dec 2028, to date",
    ]  # fmt: skip


def test_increments__give_what_a_full_build_gives(desk: Desk) -> None:
    query = """
        select cell_id, component, actual, actual_exact, suppression, target, achievement
        from published.indicator_results where valid_to_publication is null order by cell_id
    """
    before = desk.warehouse.execute(query).fetchall()
    desk.owner.execute("delete from ops.taken_in")
    build(desk.settings, "full")
    assert desk.warehouse.execute(query).fetchall() == before


def test_attacker_who_knows_the_years__finds_no_hidden_number(desk: Desk) -> None:
    with desk.warehouse.cursor(row_factory=dict_row) as cursor:
        rows = cursor.execute(
            "select * from published.indicator_results where programme_code = 'SIM' and origin = 'computed' "
            "and valid_to_publication is null"
        ).fetchall()
    assert [row for row in rows if row["period_precision"] == "phase" and row["suppression"]]
    for indicator in {row["indicator_code"] for row in rows if row["suppression"]}:
        seen = [row for row in rows if row["indicator_code"] == indicator and row["funder"] is None]
        pinned = [name for system in systems(learn(seen, PLACES)) for name in system.pinned(whole=False)]
        assert [name for name in pinned if name.precision != "phase"] == []
        if seen[0]["unit_of_count"] in ("contact", "arrival"):
            assert pinned == []


def test_people__are_told_in_all_and_not_around_a_hidden_city_that_meets_a_bound(desk: Desk) -> None:
    # Nobody came to the clinic of either city in two years: a total of both would be the sum of all years.
    for place in ("ADAMA", "JIGJIGA", "ET", "SIM"):
        assert to_date(desk, "CM-O3-03-P", place)["suppression"] == "complementary", place
    by_sex = cells(desk, "CM-O3-02", "ADAMA", dimension="sex")
    assert {precision for precision, _ in by_sex} == {"month", "quarter", "year"}
    assert ("phase", PHASE_ONE[0]) not in cells(desk, "CM-X-01", "ADAMA")


def test_events__explain_a_figure_to_date_and_tell_no_month_of_people(desk: Desk) -> None:
    row = to_date(desk, "CM-O3-02", "ADAMA")
    found = desk.reader.execute("select reference, month from results.evidence_of(%s)", [row["cell_id"]]).fetchall()
    assert len({reference for reference, _ in found}) == 30
    assert {month for _, month in found} == {None}
    explained = explain(desk.warehouse, ["SIM", "CM-O3-02", "ADAMA", "phase-I"], engineer="a test", by="amina")
    assert (explained.cell["cell_id"], explained.agrees) == (row["cell_id"], True)
    assert explained.events is not None
    assert len(explained.events) == 42
    hidden = to_date(desk, "CM-O3-03-V", "ADAMA")
    assert desk.reader.execute("select * from results.evidence_of(%s)", [hidden["cell_id"]]).fetchall() == []


def test_a_release__has_the_figure_once_its_phase_is_over(desk: Desk) -> None:
    why = "an example"
    whole = make_release(desk.warehouse, "phase I", Window("SIM", *PHASE_ONE), by="amina", even_though=why)
    last = Window("SIM", date(2020, 1, 1), PHASE_ONE[1])
    year = make_release(desk.warehouse, "last year", last, by="amina", even_though=why)
    query = """
        select distinct indicator_code from releases.cells
        where release_id = %s and period_precision = 'phase' and dimension = 'total'
    """
    assert {code for (code,) in desk.reader.execute(query, [whole.release_id])} >= {"CM-O3-02", "CM-O3-03-V"}
    found = {code for (code,) in desk.reader.execute(query, [year.release_id])}
    assert "CM-O3-02" in found
    assert "CM-O3-03-V" not in found, "contacts of earlier years would follow from those released before"
