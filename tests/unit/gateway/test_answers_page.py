"""The page of answers is current and names every code."""

from __future__ import annotations

import ast

from infra.settings import REPO
from ingestion.gateway import refusal
from ingestion.gateway.answers_page import EVENTS, PAGE, render

CODES = {
    value for name, value in vars(refusal).items() if name.isupper() and isinstance(value, str) and value.islower()
}


def test_page__is_current() -> None:
    assert PAGE.read_text(encoding="utf-8") == render(), "write it anew: python -m ingestion.gateway.answers_page"


def test_page__explains_every_code_of_an_event() -> None:
    assert set(EVENTS) == CODES


def test_page__knows_every_problem_of_the_gateway() -> None:
    """A Problem(status, "code", ...) that a new module makes is listed too."""
    written: set[str] = set()
    for path in (REPO / "ingestion" / "gateway").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "Problem":
                code = node.args[1] if len(node.args) > 1 else None
                if isinstance(code, ast.Constant) and code.value:
                    written.add(str(code.value))
    page = render()
    assert [code for code in sorted(written) if f"`{code}`" not in page] == []
    assert {"key_invalid", "spool_full"} <= written
