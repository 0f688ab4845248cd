"""Plans, offices and works as state machines: late and disordered steps, voids and steps not allowed, known answers."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from datetime import UTC, date, datetime
from typing import Any

import pytest

from infra.settings import Settings
from ingestion.contracts.registry import contracts
from reporting.publications.build import build
from tests.integration.publishing import Desk, event, publishing_desk

PLAN = {"document_title": "Growth plan", "document_type": "strategy"}
DESK = {"office": "Desk 1", "office_type": "migration_desk"}
MARKET = {"asset": "Market", "asset_type": "market"}


def step(subject: str, city: str, day: date, data: dict[str, Any], type_: str, **more: Any) -> dict[str, Any]:
    at = datetime(day.year, day.month, day.day, 8, tzinfo=UTC)
    event_id = more.pop("id", subject)
    named = {"subject": subject, "occurred_at": at, "received_at": datetime.now(UTC), **more}
    return event(event_id, city, type=f"{type_}.v1", data=data, **named)


def plan(subject: str, day: date, status: str, **more: Any) -> dict[str, Any]:
    """A step of the growth plan of Jinja, or of the document that `more` names by its title."""
    data = PLAN | {"to_status": status, "document_title": more.pop("title", PLAN["document_title"])}
    return step(subject, "JINJA", day, data, "plan.status_changed", **more)


def desk_step(subject: str, day: date, status: str, before: str | None = None, **more: Any) -> dict[str, Any]:
    """A step of the desk of Adama."""
    said = {"from_status": before} if before else {}
    return step(subject, "ADAMA", day, DESK | {"to_status": status, **said}, "office.status_changed", **more)


def works(subject: str, day: date, percent: int, handover: date | None = None) -> dict[str, Any]:
    """A look at the works of the market of Jinja."""
    data = MARKET | {"percent_complete": percent} | ({"handover_date": str(handover)} if handover else {})
    return step(subject, "JINJA", day, data, "works.progress")


def taken_back(subject: str, city: str, type_: str) -> dict[str, Any]:
    """The void of a step."""
    return step(subject, city, date(2019, 1, 1), {}, type_, id=f"{subject} void", operation="void", record_version=2)


@pytest.fixture(scope="module")
def desk(stack: Settings) -> Iterator[Desk]:
    with publishing_desk(stack, candidate=False) as made:
        made.land(
            [
                plan("adopted", date(2019, 3, 10), "adopted"),
                plan("drafted", date(2019, 1, 10), "drafted"),  # told after the step that followed
                plan("drafted again", date(2019, 6, 10), "drafted"),  # not allowed
                plan("by-law", date(2019, 2, 1), "drafted", title="By-law"),
                desk_step("open", date(2019, 2, 5), "operational"),
                desk_step("shut", date(2019, 4, 5), "closed"),
                works("look 1", date(2019, 2, 1), 40),
                works("look 2", date(2019, 5, 1), 100, date(2019, 4, 30)),
            ]
        )
        assert build(made.settings, "one").state == "published"
        yield made
    shutil.rmtree(stack.home / "dbt" / made.settings.warehouse_database, ignore_errors=True)


def stays(desk: Desk, city: str, machine: str) -> list[tuple[Any, ...]]:
    """Name, state, since and until as readers see them."""
    return desk.reader.execute(
        """
        select name, state, since, until from results.milestones
        where programme_code = 'SIM' and geography_code = %s and machine = %s order by name, since
        """,
        [city, machine],
    ).fetchall()


def stock(desk: Desk, place: str, machine: str, state: str) -> dict[int, tuple[int, int]]:
    """Month of 2019 to how many stood in the state at its end, and how many count for it."""
    rows = desk.reader.execute(
        """
        select extract(month from month_end)::int, things, things_counted from results.milestones_by_state
        where geography_code = %s and machine = %s and state = %s and extract(year from month_end) = 2019
        """,
        [place, machine, state],
    )
    return {month: (things, counted) for month, things, counted in rows}


def to_review(desk: Desk) -> set[tuple[str, str, str]]:
    """City, the state that stands and the one that was told."""
    return set(desk.reader.execute("select geography_code, kept_state, other_state from results.milestones_to_review"))


def counted(desk: Desk, indicator: str, city: str) -> dict[int, int]:
    """Month of 2019 to the achievement of the indicator."""
    rows = desk.reader.execute(
        """
        select extract(month from period_start)::int, actual::int from results.indicator_results
        where
            programme_code = 'SIM' and indicator_code = %s and geography_code = %s and period_precision = 'month'
            and dimension = 'total' and extract(year from period_start) = 2019
        """,
        [indicator, city],
    )
    return dict(rows.fetchall())


def test_steps_told_in_any_order__stand_by_their_dates(desk: Desk) -> None:
    assert stays(desk, "JINJA", "plan") == [
        ("By-law", "drafted", date(2019, 2, 1), None),
        ("Growth plan", "drafted", date(2019, 1, 10), date(2019, 3, 10)),
        ("Growth plan", "adopted", date(2019, 3, 10), None),
    ]
    assert stays(desk, "JINJA", "works") == [
        (None, "in_work", date(2019, 2, 1), date(2019, 5, 1)),
        (None, "handed_over", date(2019, 5, 1), None),
    ]


def test_a_step_that_is_not_allowed__changes_nothing_and_waits_for_a_person(desk: Desk) -> None:
    assert to_review(desk) == {("JINJA", "adopted", "drafted")}
    kept = desk.warehouse.execute(
        "select kept_id, other_id from warehouse.review_conflicts where reason like '%machine of milestones%'"
    ).fetchall()
    assert kept == [("adopted", "drafted again")]
    warned = desk.owner.execute(
        "select status from ops.dbt_results where unique_id like '%milestones_take_allowed_steps%'"
    ).fetchall()
    assert ("warn",) in warned


def test_the_stock_at_the_end_of_a_month__is_what_stands_then(desk: Desk) -> None:
    drafts = stock(desk, "JINJA", "plan", "drafted")
    assert [drafts[month][0] for month in (1, 2, 3, 12)] == [1, 2, 1, 1]
    assert stock(desk, "JINJA", "plan", "adopted") == dict.fromkeys(range(3, 13), (1, 1))
    desks = {month: (int(month < 4), int(month < 4)) for month in range(2, 13)}
    assert stock(desk, "ADAMA", "office", "operational") == desks
    for place in ("ET", "SIM"):
        assert stock(desk, place, "office", "operational") == desks


def test_achievements__stay_in_the_month_they_were_reached(desk: Desk) -> None:
    assert counted(desk, "CM-O1-02-A", "JINJA") == {3: 1}
    assert counted(desk, "CM-O3-06-K", "ADAMA") == {2: 1}
    assert counted(desk, "CM-O3-06-M", "JINJA") == {5: 1}


def test_names_of_offices__are_for_the_steering_group(desk: Desk) -> None:
    assert {name for name, *_ in stays(desk, "ADAMA", "office")} == {None}
    named = desk.owner.execute("select name from results_exact.milestones where machine = 'office'").fetchall()
    assert set(named) == {("Desk 1",)}
    allowed = "select has_table_privilege(%s, 'results_exact.milestones', 'select')"
    roles = ("bi_steering", "bi_programme", "corridor_reader")
    assert [desk.owner.execute(allowed, [role]).fetchone() for role in roles] == [(True,), (False,), (False,)]
    classes = desk.warehouse.execute("select distinct event_type, data_class from warehouse.int_milestone_steps")
    known = contracts()
    assert all(known[event_type].data_class == data_class for event_type, data_class in classes)


def test_late_steps_and_voids__move_what_follows(desk: Desk) -> None:
    correction = {"operation": "correct", "record_version": 2}
    desk.land(
        [
            plan("repealed", date(2019, 10, 10), "repealed"),
            plan("budgeted", date(2019, 7, 10), "budgeted"),
            plan("by-law", date(2019, 2, 1), "drafted", title="Bylaw", id="renamed", **correction),
            desk_step("open again", date(2019, 8, 5), "operational", "closed"),
            desk_step("as if open", date(2019, 6, 5), "operational"),  # does not say that it was closed
            taken_back("drafted again", "JINJA", "plan.status_changed"),
        ]
    )  # fmt: skip
    assert build(desk.settings, "two").state == "published"
    assert [stay[:2] for stay in stays(desk, "JINJA", "plan")] == [
        ("Bylaw", "drafted"), ("Growth plan", "drafted"), ("Growth plan", "adopted"), ("Growth plan", "budgeted"),
        ("Growth plan", "repealed"),
    ]  # fmt: skip
    # A plan with a budget is adopted still; a repealed one is not.
    adopted = stock(desk, "JINJA", "plan", "adopted")
    assert [adopted[month] for month in (3, 6, 7, 9, 10)] == [(1, 1), (1, 1), (0, 1), (0, 1), (0, 0)]
    assert [stock(desk, "ADAMA", "office", "operational")[month][0] for month in (3, 4, 7, 8, 12)] == [1, 0, 0, 1, 1]
    assert to_review(desk) == {("ADAMA", "closed", "operational")}
    assert counted(desk, "CM-O1-02-A", "JINJA") == {3: 1}


def test_the_void_of_a_middle_step__leaves_no_trace(desk: Desk) -> None:
    desk.land([taken_back("shut", "ADAMA", "office.status_changed")])
    build(desk.settings, "three")
    assert stays(desk, "ADAMA", "office") == [(None, "operational", date(2019, 2, 5), None)]
    assert stock(desk, "ADAMA", "office", "operational") == dict.fromkeys(range(2, 13), (1, 1))
    assert to_review(desk) == set()


def test_a_full_build__gives_the_same(desk: Desk) -> None:
    def told() -> list[tuple[Any, ...]]:
        return desk.warehouse.execute(
            "select * from warehouse.int_milestone_steps order by thing_key, step_number"
        ).fetchall()

    before = told()
    desk.owner.execute("update ops.taken_in set rules_hash = 'other'")
    desk.land([plan("another", date(2019, 12, 1), "drafted", title="Another plan")])
    assert build(desk.settings, "four").state == "published"
    assert [row for row in told() if row[6] != "Another plan"] == before
