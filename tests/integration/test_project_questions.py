"""What each manager asks, answered: by what documents state, and by what a simulated world knows of itself."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cached_property
from typing import Any

import psycopg
import pytest
from psycopg.rows import dict_row

from dbt_project.questions_page import questions_page
from infra.settings import Settings
from ingestion.history.reference import seed_rows
from ingestion.simulation.config import SimulationConfig
from ingestion.simulation.simulation import simulate
from reporting.publications.build import build
from tests.happened import RIGHT, happened_lines
from tests.history_lines import history_lines
from tests.integration.published_answers import ANSWERS
from tests.landed import land
from tests.simulated_truth import KEY, NUMBERS, Cells, accepted_lines, true_cells
from tests.support import scratch_database

pytestmark = pytest.mark.own_database

#: Days of two months: the answer must be of the later one. So many events that no place is too small to show a number.
WORLD = SimulationConfig(seed=27, days=4, start=date(2019, 6, 29), events=4_500, bad=0)
QUESTIONS = [row["question_code"] for row in seed_rows("project_questions")]
#: What is compared with the truth, beside the place.
SEEN = (
    "indicator_code", "funder", "period_start", "period_end", "period_precision", "dimension", "dimension_value",
    "actual", "target", "achievement", "suppression",
)  # fmt: skip
Row = dict[str, Any]


@dataclass
class Answered:
    """Rows of results.project_questions, what the query of the page gives, and the truth of the simulated programme."""

    rows: list[Row]
    truth: Cells
    on_the_page: list[Row]

    def of(self, programme: str, question: str) -> list[Row]:
        """What the programme answers."""
        return [r for r in self.rows if (r["programme_code"], r["question_code"]) == (programme, question)]

    @cached_property
    def lived(self) -> set[str | None]:
        """Indicators that the simulated world feeds."""
        return {key[0] for key in self.truth}

    @cached_property
    def true_rows(self) -> list[Row]:
        """Each cell of the truth with the names of its columns."""
        return [
            {**dict(zip(KEY, key, strict=True)), **dict(zip((*NUMBERS, "suppression"), cell, strict=True))}
            for key, cell in self.truth.items()
        ]


@pytest.fixture(scope="module")
def answered(stack: Settings) -> Iterator[Answered]:
    simulation = simulate(WORLD)
    truth = true_cells(simulation.truth())
    happened = happened_lines({key[0] for key in truth})
    lines = dict.fromkeys((*history_lines(), *accepted_lines(simulation), *happened))
    with scratch_database(stack) as database:
        with psycopg.connect(database.dsn("owner"), autocommit=True) as owner:
            land(owner, lines)
        assert build(database.settings, "questions").state == "published"
        with psycopg.connect(database.dsn("reader"), row_factory=dict_row) as reader:
            rows = reader.execute("select * from results.project_questions").fetchall()
            (query,) = re.findall(r'corridor query "(.+?)"', questions_page(), re.DOTALL)
            on_the_page = reader.execute(query).fetchall()
        yield Answered(rows, truth, on_the_page)
    shutil.rmtree(stack.home / "dbt" / database.name)


def test_every_question__is_there_for_both_programmes_with_all_that_answers_it(answered: Answered) -> None:
    declared = {tuple(row.values()) for row in seed_rows("project_question_answers")}
    for programme in ("CM", "SIM"):
        shown = {
            tuple(r[name] for name in ("question_code", "indicator_code", "place_code", "dimension", "role"))
            for r in answered.rows
            if r["programme_code"] == programme
        }
        assert shown == declared
    assert {r["programme_code"] for r in answered.rows} == {"CM", "SIM"}, "canary events are no programme to ask about"


@pytest.mark.parametrize("question", QUESTIONS)
def test_documents_answer__as_written_by_hand(answered: Answered, question: str) -> None:
    rows = answered.of("CM", question)
    told = [(r["indicator_code"], r["place_code"], r["funder"], _told(r)) for r in rows if r["cell_id"]]
    assert sorted(told, key=str) == sorted(ANSWERS.get(question, []), key=str)
    assert [r for r in rows if r["cell_id"] and (not r["phrase"] or not r["document"])] == []
    assert {(r["status"], r["origin"], r["actual"]) for r in rows if not r["cell_id"]} <= {("no_actual", "none", None)}


@pytest.mark.parametrize("question", QUESTIONS)
def test_the_simulated_world_answers__with_what_is_true_of_it(answered: Answered, question: str) -> None:
    expected = [
        _seen(true)
        for answer in seed_rows("project_question_answers")
        if answer["question_code"] == question
        for true in _latest(_of_answer(answered.true_rows, answer))
    ]
    shown = [r for r in answered.of("SIM", question) if r["cell_id"] and r["indicator_code"] in answered.lived]
    assert sorted(map(_seen, shown), key=str) == sorted(expected, key=str)
    assert {r["is_simulated"] for r in shown} <= {True}


@pytest.mark.parametrize("question", QUESTIONS)
def test_what_else_happened_in_cities__answers_with_its_numbers_of_the_year(answered: Answered, question: str) -> None:
    asked = {
        (row["indicator_code"], row["place_code"])
        for row in seed_rows("project_question_answers")
        if row["question_code"] == question and row["indicator_code"] not in answered.lived
    }
    shown = [r for r in answered.of("SIM", question) if r["cell_id"] and r["period_precision"] == "year"]
    found = {
        (r["indicator_code"], r["place_code"]): r["actual"] for r in shown if r["indicator_code"] not in answered.lived
    }
    assert found == {cell: number for cell, number in RIGHT.items() if cell in asked}


def test_the_simulated_world__answers_every_project_and_corridor(answered: Answered) -> None:
    """Else the comparison with the truth would compare nothing. Some numbers are hidden; few projects show none."""
    asking = {(row["project_code"], row["place_code"]) for row in seed_rows("project_questions")}
    counted = [r for r in answered.rows if r["programme_code"] == "SIM" and r["origin"] == "computed"]
    counted = [r for r in counted if r["indicator_code"] in answered.lived]
    simulated = {(r["project_code"], r["asked_for"]) for r in answered.rows if r["indicator_code"] in answered.lived}
    assert {(r["project_code"], r["asked_for"]) for r in counted} == simulated == asking
    assert len({(r["project_code"], r["asked_for"]) for r in counted if r["actual"] is not None}) >= 12


def test_the_query_of_the_page__gives_the_answers_for_arua(answered: Answered) -> None:
    (households,) = [r for r in answered.on_the_page if r["place_code"] == "UG"]
    assert (households["actual_text"], households["target"], households["status"]) == (
        "Almost all",
        13000,
        "not_numeric",
    )
    assert {r["question_number"] for r in answered.on_the_page} == {1, 2, 3}


def test_one_number_is_marked_latest__where_documents_state_two(answered: Answered) -> None:
    def savings(question: str) -> dict[Decimal, bool]:
        rows = answered.of("CM", question)
        return {r["actual"]: r["is_latest"] for r in rows if r["indicator_code"] == "CM-O2-06" and r["cell_id"]}

    assert savings("CM1-SAN-MARCOS-2") == {Decimal(700_000): False, Decimal(2_400_000): True}
    assert savings("CM2-SAN-MARCOS-2") == {Decimal(5_000_000): True}
    desks = [r for r in answered.of("CM", "CM1-ADAMA-2") if r["indicator_code"] == "CM-O3-06-K"]
    assert {r["target"]: r["is_latest"] for r in desks} == {6: True, 3: False}


def _told(row: Row) -> str:
    number = None if row["actual"] is None else f"{row['actual']:,f}"
    qualifier = None if row["actual_qualifier"] in ("exact", "none") else row["actual_qualifier"]
    said = row["actual_text"] or row["baseline_text"] or " ".join(filter(None, (qualifier, number))) or "nothing"
    return said + (f", target {row['target']:,f}" if row["target"] is not None else "")


def _of_answer(rows: list[Row], answer: dict[str, str]) -> list[Row]:
    """Rows of the indicator, place and breakdown; of figures to date only those of the project's own phase."""
    wanted = (answer["indicator_code"], answer["place_code"], answer["dimension"])
    asked = {"CM1": "I", "CM2": "II"}[answer["question_code"][:3]]
    others = {row["valid_from"] for row in seed_rows("phases") if row["phase"] != asked}
    return [
        row
        for row in rows
        if (row["indicator_code"], row["geography_code"], row["dimension"]) == wanted
        and (row["period_precision"] != "phase" or str(row["period_start"]) not in others)
    ]


def _latest(rows: list[Row]) -> list[Row]:
    """Of the last month and the last year all cells with a number or a hidden one; where there is none all targets."""
    telling = [row for row in rows if _says_something(row)]
    last = {row["period_precision"]: row["period_end"] for row in sorted(telling, key=lambda row: row["period_end"])}
    return [row for row in telling if row["period_end"] == last[row["period_precision"]]] or rows


def _says_something(row: Row) -> bool:
    return row["actual"] is not None or row["suppression"] is not None


def _seen(row: Row) -> tuple[str, ...]:
    place = row["geography_code"] if "geography_code" in row else row["place_code"]
    return (place, *(_text(row[name]) for name in SEEN))


def _text(value: object) -> str:
    return str(value.normalize()) if isinstance(value, Decimal) else str(value)
