"""Tables for a terminal say what readers see and hide what they do not."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from rich.console import Console

from reporting.publications.diff import NAME, CellDifference
from reporting.publications.model import Pointer
from reporting.publications.tables import diff_line, diff_table, pointer_line

CELL = {**dict.fromkeys(NAME), "programme_code": "SIM", "indicator_code": "CM-O3-02", "geography_code": "ARUA"}
CELL |= {"period_precision": "month", "dimension": "sex", "dimension_value": "female"}


def text_of(thing: Any) -> str:
    console = Console(width=200, record=True, quiet=False)
    with console.capture() as capture:
        console.print(thing)
    return capture.get()


def pointer(**other: Any) -> Pointer:
    facts: dict[str, Any] = {"publication_id": 3, "watermark_load_id": 8, "watermark_at": None, "held": False}
    return Pointer(**{**facts, "held_reason": "", "held_by": None, "held_at": None, **other})


def test_pointer_line__before_the_first_publication() -> None:
    assert pointer_line(pointer(publication_id=None)) == "Nothing has been published yet."


def test_pointer_line__says_who_holds_and_why() -> None:
    line = pointer_line(pointer(held=True, held_by="amina", held_reason="meeting", held_at=datetime.now(UTC)))
    assert "amina" in line
    assert "meeting" in line
    assert "corridor publications resume" in line


def test_diff_table__shows_old_and_new() -> None:
    shown = text_of(diff_table([CellDifference("changed", "a", CELL, {"actual": (1200, 1300)}, True)]))
    assert "SIM CM-O3-02" in shown
    assert "sex female" in shown
    assert "1,200" in shown
    assert "1,300" in shown


def test_diff_table__says_that_something_hidden_moved_but_not_what() -> None:
    assert "exact value, hidden from readers" in text_of(diff_table([CellDifference("changed", "a", CELL, {}, True)]))


def test_diff_line__counts_by_what_happened() -> None:
    cells = [CellDifference(what, "a", CELL, {}, False) for what in ("added", "changed", "changed")]
    assert diff_line(cells, 1, 2) == "From publication 1 to 2: 1 added, 2 changed cells."
    assert diff_line([], 1, 2) == "Publications 1 and 2 are the same."
