"""The generated page on results.indicator_results is that of the current contract and view."""

from __future__ import annotations

import re

from dbt_project.describe import PAGE, results_page
from infra.settings import REPO

VIEW = REPO / "infra" / "postgres" / "migrations" / "0030_on_track.sql"


def test_is_current() -> None:
    assert PAGE.read_text(encoding="utf-8") == results_page(), "run: python -m dbt_project.describe"


def test_lists_exactly_the_columns_of_the_view() -> None:
    view = (
        VIEW.read_text(encoding="utf-8")
        .split("create or replace view results.indicator_results as")[1]
        .split("\nfrom ")[0]
    )
    listed = re.findall(r"^\| `(\w+)` \|", results_page(), re.MULTILINE)
    columns = re.findall(r"^    (?:[rph]\.|\) as )(\w+)", view, re.MULTILINE)
    assert listed == columns


def test_leaves_no_term_unresolved() -> None:
    assert "{{" not in results_page()
