"""The views that dashboards read: hidden, missing, in words, range, money, targets, earlier figures."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest
import yaml
from psycopg.rows import dict_row

from infra.settings import REPO, Settings
from tests.integration.publishing import Desk, cell, publishing_desk

pytestmark = pytest.mark.own_database

STATED = {"programme_code": "CM", "is_simulated": False, "phase": "I", "outcome_code": "O2", "source_document": "003"}


@pytest.fixture(scope="module")
def desk(stack: Settings) -> Iterator[Desk]:
    """A scratch database whose current publication holds one cell of each sort."""
    with publishing_desk(stack) as made:
        made.fill(_cells())
        assert made.publish() is not None
        yield made


def read(desk: Desk, cell_id: str, view: str = "v_readable_results") -> dict[str, Any]:
    """One cell as its view shows it."""
    with desk.reader.cursor(row_factory=dict_row) as cursor:
        row = cursor.execute(f"select * from results.{view} where cell_id = %s", [cell_id]).fetchone()
    assert row is not None, f"{view} does not show {cell_id}"
    return row


def stated(cell_id: str, actual: float | None, **more: Any) -> dict[str, Any]:
    """A stated cell of phase I."""
    return {**cell(cell_id, actual), **STATED, "source_phrase": f"words of {cell_id}", **more}


def _cells() -> list[dict[str, Any]]:
    year = {"period_start": date(2025, 1, 1), "period_end": date(2025, 12, 31), "period_precision": "year"}
    money = {"unit_of_count": "money", "currency": "USD", "basis": "to_date", "period_precision": "range"}
    savings = {**money, "indicator_code": "CM-O2-06", "geography_code": "SAN-MARCOS"}
    target = {"kind": "actual", "target_phrase": "the goal"}
    return [
        cell("zero", 0),
        {**cell("hidden", None), "suppression": "complementary"},
        {**cell("coded", None), "suppression": "bottom_coded", "actual_low": 1, "actual_high": 4},
        {**cell("year", 40), **year, "outcome_code": "O3"},
        stated(
            "words",
            None,
            actual_text="Almost all",
            actual_qualifier="almost",
            target=13000,
            status="not_numeric",
            **target,
        ),
        stated("range", None, actual_low=63, actual_high=70, unit_of_count="percent", status="not_numeric", target=65),
        stated("words target", None, target=None, status="not_numeric", **target),
        {**cell("hidden with target", None), "suppression": "complementary", "target": 3, "status": "hidden"},
        stated("nothing", None, target=None, status="target_missing", **target),
        stated("met", 25000, target=25000, target_is_current=True, achievement=1, status="achieved", **target),
        stated("surroundings", 6.7e12, kind="context", unit_of_count="money", currency="USD"),
        stated("baseline", None, outcome_code=None, baseline_text="high poverty", status="no_actual"),
        stated("others", 58, funder="other", indicator_name="Proposals funded, by funder", indicator_code="F"),
        stated("early", 700000, actual_qualifier="nearly", **savings, period_end=date(2021, 4, 30)),
        stated("late", 5e6, actual_qualifier="over", **{**savings, "phase": "II"}, period_end=date(2024, 12, 31)),
        stated("one city", 81, indicator_code="P"),
        stated("both", 118, indicator_code="P", geography_level="joint_set", geography_code="JS"),
    ]


@pytest.mark.parametrize(
    ("cell_id", "result"),
    [
        ("zero", "0"),
        ("hidden", "hidden to protect people"),
        ("coded", "fewer than 5"),
        ("words", "Almost all"),
        ("range", "63–70%"),
        ("nothing", "no figure yet"),
        ("baseline", "baseline: high poverty"),
        ("surroundings", "USD 6.7 trillion"),
        ("early", "nearly USD 700,000"),
        ("late", "over USD 5,000,000"),
        ("both", "118"),
    ],
)
def test_result__reads_as_what_it_is(desk: Desk, cell_id: str, result: str) -> None:
    assert read(desk, cell_id)["result"] == result


def test_target__met_missing_and_none(desk: Desk) -> None:
    assert [read(desk, each)["target_text"] for each in ("met", "nothing", "zero")] == [
        "25,000",
        "no number in the source",
        None,
    ]
    assert read(desk, "met")["status"] == "● achieved"
    assert read(desk, "words")["target_text"] == "13,000"


@pytest.mark.parametrize(
    ("cell_id", "status"),
    [
        ("words", "≈ in words only"),
        ("range", "≈ a range"),
        ("words target", "≈ target in words only"),
        ("nothing", "? target has no number"),
        ("hidden with target", "▪ hidden to protect people"),
    ],
)
def test_status__never_takes_one_reason_for_another(desk: Desk, cell_id: str, status: str) -> None:
    assert read(desk, cell_id)["status"] == status


def test_operators__read_gates_and_dbt_outcomes_as_the_reader(desk: Desk) -> None:
    for view in ("v_city_gate", "v_dbt_results", "v_loads"):
        desk.reader.execute(f"select * from ops.{view} limit 1")


def test_operators__see_no_row_in_the_message_of_a_failed_model(desk: Desk) -> None:
    message = "Database Error in model m\n  violates a check\n  DETAIL:  Failing row contains (ADAMA, 3).\n  at m"
    desk.owner.execute(
        "insert into ops.dbt_results (dbt_invocation_id, unique_id, resource_type, status, seconds, message) "
        "values ('i', 'm', 'model', 'error', 1, %s)",
        [message],
    )
    shown = desk.reader.execute("select message from ops.v_dbt_results where dbt_invocation_id = 'i'").fetchone()
    assert shown == ("Database Error in model m\n  violates a check",)


def test_simulated__says_so_wherever_it_is_shown(desk: Desk) -> None:
    row = read(desk, "zero")
    assert row["programme"] == "SIM (simulated)"
    assert row["as_of"].startswith("simulated, ")
    assert not read(desk, "met")["as_of"].startswith("simulated")


def test_funder__is_part_of_the_name(desk: Desk) -> None:
    assert read(desk, "others")["indicator"] == "Proposals funded by others"


def test_glance__keeps_context_and_months_of_computed_figures_out(desk: Desk) -> None:
    rows = desk.reader.execute("select cell_id from results.v_results_at_a_glance").fetchall()
    shown = {row[0] for row in rows}
    assert shown.isdisjoint({"zero", "hidden", "surroundings", "baseline"})
    assert {"year", "met", "early", "late"} <= shown


def test_glance__latest_figure_names_the_earlier_and_adds_nothing(desk: Desk) -> None:
    early, late = (read(desk, each, "v_results_at_a_glance") for each in ("early", "late"))
    assert (early["is_latest"], late["is_latest"]) == (False, True)
    assert late["actual"] == 5_000_000
    assert late["earlier"] == "nearly USD 700,000 (Phase I, by Apr 2021)"


def test_glance__widest_place_is_marked(desk: Desk) -> None:
    assert read(desk, "both", "v_results_at_a_glance")["is_widest"] is True
    assert read(desk, "one city", "v_results_at_a_glance")["is_widest"] is False


@pytest.mark.parametrize(
    ("first", "last", "fineness", "basis", "words"),
    [
        (None, None, "unknown", "stock", "no date stated"),
        ("2020-01-01", "2020-12-31", "year", "flow", "2020"),
        ("2020-11-01", "2020-11-30", "month", "flow", "Nov 2020"),
        ("2020-10-01", "2020-12-31", "quarter", "flow", "Q4 2020"),
        ("2021-10-16", "2021-10-16", "day", "flow", "16 Oct 2021"),
        ("2021-03-09", "2021-03-17", "range", "flow", "9–17 Mar 2021"),
        ("2019-12-01", "2021-04-30", "range", "flow", "Dec 2019 – Apr 2021"),
        ("2019-12-01", "2021-04-30", "range", "to_date", "by Apr 2021"),
        ("2020-01-01", "2020-12-31", "year", "to_date", "by 2020"),
    ],
)
def test_period__reads_as_people_say_it(
    desk: Desk, first: str | None, last: str | None, fineness: str, basis: str, words: str
) -> None:
    query = "select results.period_text(%s::date, %s::date, %s, %s)"
    assert desk.reader.execute(query, [first, last, fineness, basis]).fetchone() == (words,)


def test_documents__of_the_history_have_titles(desk: Desk) -> None:
    history = yaml.safe_load((REPO / "ingestion" / "history" / "history.yaml").read_text(encoding="utf-8"))
    for code in history["documents"]:
        row = desk.reader.execute("select results.document_text(%s)", [code]).fetchone()
        assert row is not None
        assert row[0] != code, f"give {code} a title in results.document_text, in a new migration"


def test_outcomes__of_the_reference_have_names(desk: Desk) -> None:
    text = (REPO / "dbt_project" / "seeds" / "framework" / "outcomes.csv").read_text(encoding="utf-8")
    codes = [line.split(",")[0] for line in text.splitlines()[1:]]
    query = "select pg_get_viewdef('results.v_readable_results'::regclass)"
    row = desk.owner.execute(query).fetchone()
    assert row is not None
    assert all(f"'{code}'::text" in row[0] for code in codes)
