"""Each manager of a project asks three questions, each with indicators that answer it at places of the catalogue."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from dbt_project.framework.finding import Finding
from dbt_project.framework.folder import Folder
from dbt_project.framework.indicators import LANGUAGES
from dbt_project.framework.table import Row

NUMBER = 3
#: The phase whose projects have one manager in each city of that phase; a project of the later phase has one in all.
ONE_A_CITY, ONE_FOR_ALL = "I", "II"


def check_questions(folder: Folder) -> Iterator[Finding]:
    """Managers without their three questions, questions of other places, without words or without an answer."""
    if "project_questions" not in folder.tables:
        return
    questions = folder.rows("project_questions")
    yield from _three_each(folder, questions)
    answered = {r["question_code"] for r in folder.rows("project_question_answers") if r["role"] == "answer"}
    asked = _places_of_projects(folder)
    first: dict[tuple[str, ...], Row] = {}
    for row in questions:
        code, project = row["question_code"], row["project_code"]
        key = (project, row["place_code"], row["question_number"])
        if first.setdefault(key, row) is not row:
            yield row.fault(f"{' '.join(key)} is already asked in line {first[key].line}: give it another number.")
        if project in asked and row["place_code"] not in asked[project]:
            yield row.fault(
                f"{project} does not work in {row['place_code']}: correct it, or add to project_places.csv."
            )
        for language in LANGUAGES:
            if not row[f"question_{language}"].strip():
                yield row.fault(f"The question {code} has no words in {language}: fill in question_{language}.")
        if code not in answered:
            yield row.fault(f"Nothing answers {code}: add a line with the role answer to project_question_answers.csv.")
    declared = folder.by("published_crosstabs", "indicator_code", "dimension")
    known = folder.codes("indicators", "indicator_code")
    for row in folder.rows("project_question_answers"):
        indicator, dimension = row["indicator_code"], row["dimension"]
        if indicator in known and (indicator, dimension) not in declared:
            yield row.fault(f"{indicator} is not published by {dimension or 'nothing'}: see published_crosstabs.csv.")


def _three_each(folder: Folder, questions: list[Row]) -> Iterator[Finding]:
    at = Counter((row["project_code"], row["place_code"]) for row in questions)
    whole = Counter(row["project_code"] for row in questions)
    by_place = Counter(row["place_code"] for row in questions)
    projects = {row["project_code"] for row in folder.rows("projects") if row["phase"] == ONE_A_CITY}
    cities = {row["place_code"] for row in folder.rows("places") if ONE_A_CITY in row["phases"].split(";")}
    for row in folder.rows("project_places"):
        if row["project_code"] in projects and row["place_code"] in cities:
            yield from _three(row, f"{row['project_code']} in {row['place_code']}", at[_key(row)])
    somewhere = folder.codes("project_places", "project_code")
    for row in folder.rows("projects"):
        if row["phase"] == ONE_FOR_ALL and row["project_code"] in somewhere:
            yield from _three(row, row["project_code"], whole[row["project_code"]])
    for row in folder.rows("places"):
        if row["level"] == "corridor" and ONE_FOR_ALL in row["phases"].split(";"):
            yield from _three(row, row["place_code"], by_place[row["place_code"]])


def _three(row: Row, who: str, count: int) -> Iterator[Finding]:
    if count != NUMBER:
        yield row.fault(f"{who} has {count} questions in project_questions.csv, not {NUMBER}: add or remove some.")


def _key(row: Row) -> tuple[str, str]:
    return row["project_code"], row["place_code"]


def _places_of_projects(folder: Folder) -> dict[str, set[str]]:
    """Project -> its places, and the corridors with one of them; projects that are not tied to places are left out."""
    places: dict[str, set[str]] = {}
    for row in folder.rows("project_places"):
        places.setdefault(row["project_code"], set()).add(row["place_code"])
    corridors = {row["place_code"] for row in folder.rows("places") if row["level"] == "corridor"}
    for row in folder.rows("place_members"):
        if row["parent_code"] in corridors:
            for own in places.values():
                if row["member_code"] in own:
                    own.add(row["parent_code"])
    return places
