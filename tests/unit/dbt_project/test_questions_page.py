"""The generated page on the managers' questions is that of the current seeds."""

from __future__ import annotations

from dbt_project.questions_page import PAGE, questions_page
from infra.settings import REPO


def test_is_current() -> None:
    assert PAGE.read_text(encoding="utf-8") == questions_page(), "run: python -m dbt_project.questions_page"


def test_tells_fifteen_managers_three_questions_each() -> None:
    lines = questions_page().splitlines()
    assert sum(line.startswith("## ") and ", phase " in line for line in lines) == 15
    for number in (1, 2, 3):
        assert sum(line.startswith(f"**{number}. ") for line in lines) == 15


def test_readers_find_it_from_the_first_page() -> None:
    first = (REPO / "docs" / "programme-manager" / "README.md").read_text(encoding="utf-8")
    assert "(questions.md)" in first
