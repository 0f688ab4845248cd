"""Write docs/programme-manager/questions.md from the seeds.

python -m dbt_project.questions_page
"""

from __future__ import annotations

from collections.abc import Iterator

from dbt_project.framework.check import SEEDS
from dbt_project.framework.folder import Folder
from dbt_project.framework.table import Row
from infra.settings import REPO

PAGE = REPO / "docs" / "programme-manager" / "questions.md"
HEAD = """\
<!-- Made by `python -m dbt_project.questions_page`; change dbt_project/seeds/programme/project_questions.csv and
project_question_answers.csv instead. -->

# What managers ask

Three questions of the manager of each project, in each of its cities or for a corridor, and the indicators that answer
them. The questions are written in English, French, Spanish and Arabic; the English ones stand here.

## Read the answers

```
./corridor query "select question_number, indicator_name, place_code, actual_qualifier, actual, actual_text, target,
  status, phrase from results.project_questions where programme_code = 'CM' and asked_for = 'ARUA' and phase = 'I'"
```

`results.project_questions` has one row a question, indicator, place and published cell. `question_fr`, `question_es`
and `question_ar` hold the other languages, `document` and `phrase` the source of a stated figure. The same cells, ready
to be shown ("nearly USD 700,000"), stand in `results.v_readable_results` by `cell_id`.

- **Stated figures** are all there, of the project's phase: where documents give two numbers, both stay, and `is_latest`
  marks the one of the latest period.
- **Counted figures** are those of the latest month and of the latest year that say something.
- **No figure** is a row too: its status is `no_actual`. It is no zero. `suppression` says where a number is hidden.
- **Context** is what an answer is read beside. It is never a result of the project.
- The simulated programme `SIM` answers the same questions with invented figures, labelled as such.

## Open a number

`./corridor explain CELL_ID`, with the `cell_id` of the row, tells its rule, target, document and the parts it sums.
What each column means: [results](../reference/results.md); what each indicator counts:
[indicators](../reference/indicators.md).
"""


def questions_page() -> str:
    """All questions with what answers them, as Markdown, a chapter for each manager."""
    folder = Folder(SEEDS)
    lines, manager = [HEAD], ("", "")
    for question in folder.rows("project_questions"):
        if manager != (manager := (question["project_code"], question["place_code"])):
            lines += _chapter(folder, question)
        lines += [f"**{question['question_number']}. {question['question_en']}**", "", *_answers(folder, question), ""]
    return "\n".join(lines).rstrip() + "\n"


def _chapter(folder: Folder, question: Row) -> Iterator[str]:
    project = folder.by("projects", "project_code")[question["project_code"],]
    place = folder.by("places", "place_code")[question["place_code"],]
    yield f"## {place['name']}, phase {project['phase']}"
    yield ""
    yield f"`{project['project_code']}`: {project['title']}."
    yield ""


def _answers(folder: Folder, question: Row) -> Iterator[str]:
    names = {row["indicator_code"]: row["name_en"] for row in folder.rows("indicators")}
    places = {row["place_code"]: row["name"] for row in folder.rows("places")}
    yield "| Indicator | Code | Place | Breakdown | Is |"
    yield "|---|---|---|---|---|"
    for row in folder.rows("project_question_answers"):
        if row["question_code"] == question["question_code"]:
            code, dimension = row["indicator_code"], row["dimension"].replace("_", " ")
            yield f"| {names[code]} | `{code}` | {places[row['place_code']]} | {dimension} | {row['role']} |"


def main() -> None:
    """Write the page."""
    PAGE.write_text(questions_page(), encoding="utf-8")
    print(f"wrote {PAGE.relative_to(REPO)}")


if __name__ == "__main__":
    main()
