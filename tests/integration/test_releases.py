"""A release from the steps of the cities to the restatement, on a real build."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any

import psycopg
import pytest
from typer.testing import CliRunner

from infra.cli.release import app
from infra.settings import Settings
from reporting.publications.build import build
from reporting.releases.make import make_release
from reporting.releases.missing import missing
from reporting.releases.model import Release, ReleaseError, Window
from reporting.releases.restatements import restatements
from tests.integration.publishing import Desk, event, publishing_desk, void

pytestmark = pytest.mark.own_database

QUARTER = Window("SIM", date(2019, 1, 1), date(2019, 3, 31))
PERIOD = {"start": "2019-01-01", "end": "2019-03-31", "precision": "quarter"}
JANUARY = datetime(2019, 1, 15, 9, tzinfo=UTC)
CITIES = {"ARUA": 30, "JINJA": 40, "KOBOKO": 50}
Steps = tuple[str, ...]


@pytest.fixture(scope="module")
def desk(stack: Settings) -> Iterator[Desk]:
    """People registered in three cities of Uganda in January 2019, and published."""
    with publishing_desk(stack, candidate=False) as made:
        made.land(
            event(f"{city}{number}", city, occurred_at=JANUARY)
            for city, count in CITIES.items()
            for number in range(count)
        )
        assert build(made.settings, "one").state == "published"
        yield made
    shutil.rmtree(stack.home / "dbt" / made.settings.warehouse_database, ignore_errors=True)


def step(desk: Desk, type_: str, city: str, number: int, *, received_at: datetime | None = None, **data: Any) -> None:
    """A step towards the sign-off of the quarter; `number` orders the steps."""
    at = datetime(2019, 4, 1, tzinfo=UTC) + timedelta(minutes=number)
    body = {"period": PERIOD, **data}
    desk.land(
        [event(f"{type_}{city}{number}", city, type=f"{type_}.v1", subject=f"{type_} {city}", occurred_at=at,
               received_at=received_at or at, record_version=number, data=body)]
    )  # fmt: skip


def status(desk: Desk, city: str) -> tuple[Any, ...] | None:
    query = "select status, has_narrative, release_name from results.report_status where geography_code = %s"
    return desk.reader.execute(query, [city]).fetchone()


def told(desk: Desk) -> dict[str, str]:
    return {each.city: each.what for each in missing(desk.warehouse, QUARTER, 1)}


def released(desk: Desk, release: Release) -> dict[tuple[str, str], tuple[Any, Any]]:
    """Place and period to what the release shows of its people registered."""
    rows = desk.reader.execute(
        """
        select geography_code, period_precision, actual::int, suppression from releases.cells
        where release_id = %s and indicator_code = 'CM-O3-02' and dimension = 'total'
        """,
        [release.release_id],
    )
    return {(place, precision): (actual, why) for place, precision, actual, why in rows}


def test_steps_lead_from_draft_to_validated__and_impossible_ones_change_nothing(desk: Desk) -> None:
    assert told(desk) == dict.fromkeys(CITIES, "not submitted")
    with pytest.raises(ReleaseError, match=r"3 things are missing[\s\S]*ARUA 2019-Q1: not submitted"):
        make_release(desk.warehouse, "too early", QUARTER, by="amina")
    step(desk, "report.validated", "ARUA", 1)
    assert status(desk, "ARUA") == ("draft", False, None)
    step(desk, "report.submitted", "ARUA", 2)
    step(desk, "report.returned", "ARUA", 3, comment="Page 2 is missing")
    assert status(desk, "ARUA") == ("returned", False, None)
    step(desk, "report.submitted", "ARUA", 4)
    assert told(desk)["ARUA"] == "submitted, not validated"
    step(desk, "report.validated", "ARUA", 5)
    assert told(desk)["ARUA"] == "without a text"
    step(desk, "narrative.submitted", "ARUA", 6, text="A good quarter.", language="en")
    assert "ARUA" not in told(desk)
    for city in ("JINJA", "KOBOKO"):
        step(desk, "narrative.submitted", city, 7, text="All went well.", language="en")
        step(desk, "report.submitted", city, 8)
        step(desk, "report.validated", city, 9)
    assert told(desk) == {}
    desk.owner.execute("insert into ops.city_gate (programme, city, state) values ('SIM', 'JINJA', 'held')")
    assert told(desk) == {"JINJA": "held out of the results"}
    desk.owner.execute("delete from ops.city_gate where city = 'JINJA'")


def test_a_release__is_made_once_and_marks_its_periods(desk: Desk) -> None:
    made = make_release(desk.warehouse, "q1", QUARTER, by="amina")
    assert make_release(desk.warehouse, "q1", QUARTER, by="somebody else") == made
    assert (made.created_by, made.publication_id, made.is_simulated, made.missing) == ("amina", 1, True, 0)
    assert status(desk, "ARUA") == ("released", True, "q1")
    step(desk, "report.validated", "ARUA", 10, received_at=datetime.now(UTC))  # a second click
    assert status(desk, "ARUA") == ("released", True, "q1")
    sums = {"UG": 120, "COR-WEST-NILE": 80, "JS-JINJA-JIGJIGA": 40, "HORN-OF-AFRICA": 120, "SIM": 120}
    counts = {(place, each): count for place, count in (CITIES | sums).items() for each in ("month", "quarter")}
    assert released(desk, made) == {cell: (count, None) for cell, count in counts.items()}
    with pytest.raises(ReleaseError, match="give the new one another name"):
        make_release(desk.warehouse, "q1", Window("SIM", QUARTER.start, date(2019, 6, 30)), by="amina")
    with pytest.raises(psycopg.errors.RaiseException, match="A release never changes"):
        desk.owner.execute("update releases.cells set actual = 1")
    desk.reader.execute("set session characteristics as transaction read write")
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        desk.reader.execute("delete from releases.cells")
    empty = Window("SIM", date(2015, 1, 1), date(2015, 3, 31))
    with pytest.raises(ReleaseError, match="has no cell of SIM"):
        make_release(desk.warehouse, "empty", empty, by="amina", even_though="nothing happened")


def test_as_reported_and_as_known_now__are_two_numbers_with_a_reason(desk: Desk) -> None:
    assert restatements(desk.warehouse, "q1") == []
    late = [event(f"late{number}", "ARUA", occurred_at=JANUARY) for number in range(2)]
    desk.land([*late, *(void(f"void{n}", "KOBOKO", f"KOBOKO{n}", occurred_at=JANUARY) for n in range(6))])
    assert build(desk.settings, "two").state == "published"
    changed = {
        row["geography_code"]: (row["reported"], row["known_now"], row["reason"], row["since_publication"])
        for row in restatements(desk.warehouse, "q1")
        if row["dimension"] == "total" and row["indicator_code"] == "CM-O3-02"
    }
    assert changed["ARUA"] == (30, 32, "2 events came late", 2)
    assert changed["KOBOKO"] == (50, 44, "6 events taken back", 2)
    assert changed["UG"][:2] == (120, 116)
    assert "JINJA" not in changed
    assert {e["event_id"] for row in restatements(desk.warehouse, "q1") for e in row["events"]} >= {"late0", "void5"}


def test_a_second_release__does_not_tell_the_few_by_whom_it_differs(desk: Desk) -> None:
    with pytest.raises(ReleaseError, match="things are missing"):
        make_release(desk.warehouse, "other", Window("SIM", QUARTER.start, date(2019, 6, 30)), by="amina")
    again = make_release(desk.warehouse, "q1 corrected", QUARTER, by="amina")
    shown = released(desk, again)
    assert shown["ARUA", "month"] == (None, "between_releases")  # two people more
    assert shown["KOBOKO", "month"] == (44, None)  # six fewer: more than the threshold
    assert shown["JINJA", "month"] == (40, None)  # unchanged
    assert shown["UG", "month"][0] is None  # 116 would give away 32 by the other two, and 4 by itself
    assert shown["SIM", "month"][0] is None
    assert released(desk, make_release(desk.warehouse, "q1", QUARTER, by="x"))["ARUA", "month"] == (30, None)


def test_the_command__makes_lists_and_compares(desk: Desk, monkeypatch: pytest.MonkeyPatch, stack: Settings) -> None:
    monkeypatch.setenv("CORRIDOR_HOME", str(stack.home))
    monkeypatch.setenv("CORRIDOR_PORT_BASE", str(stack.port_base))
    monkeypatch.setenv("CORRIDOR_DATABASE", desk.settings.warehouse_database)

    def run(*arguments: str) -> Any:
        return CliRunner().invoke(app, list(arguments), env={"COLUMNS": "220"})

    half = ("-p", "SIM", "--start", "2019-01-01", "--end", "2019-06-30")
    lacking = run("missing", *half)
    assert lacking.exit_code == 1
    assert "2019-Q2" in lacking.output
    refused = run("create", "h1", *half)
    assert refused.exit_code == 1
    made = run("create", "h1", *half, "--even-though", "the board meets today", "--by", "amina", "--json")
    assert made.exit_code == 0, made.output
    assert json.loads(made.output)["even_though"] == "the board meets today"
    assert [each["name"] for each in json.loads(run("list", "--json").output)] == ["h1", "q1 corrected", "q1"]
    assert "say something else now" in run("restatements", "q1").output
    nothing = run("restatements", "no such")
    assert nothing.exit_code == 1


def test_a_period_that_is_signed_off_again_after_its_release__is_not_the_released_one(desk: Desk) -> None:
    for number, name in enumerate(("returned", "submitted", "validated"), start=11):
        step(desk, f"report.{name}", "KOBOKO", number, received_at=datetime.now(UTC))
    assert status(desk, "KOBOKO") == ("validated", True, None)
