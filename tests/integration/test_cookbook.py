"""What the pages of the cookbook say is done to a copy of the reference data, and seen published."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import psycopg
import pytest

import dbt_project.run
import dbt_project.seeding
from dbt_project.framework.check import check_framework
from dbt_project.run import BUILD, PROJECT, run_dbt
from dbt_project.seeding import seed_if_changed
from infra.settings import REPO, Settings
from reporting.publications.publish import publish
from tests.dbt_events import Events
from tests.support import scratch_database

pytestmark = pytest.mark.own_database

PAGES = REPO / "docs" / "data-engineer" / "cookbook"
BLOCK = re.compile(r"^ *```csv (\S+)\n(.*?)^ *```", re.MULTILINE | re.DOTALL)
CELL = """
    select actual from results.indicator_results
    where indicator_code = %s and geography_code = %s and period_precision = %s and dimension = 'total'
"""


@pytest.fixture(scope="module")
def cooked(stack: Settings, tmp_path_factory: pytest.TempPathFactory) -> Iterator[psycopg.Connection]:
    """All pages followed on one copy of the dbt project, and what a build of it publishes."""
    copy = tmp_path_factory.mktemp("cookbook") / "dbt_project"
    shutil.copytree(PROJECT, copy, ignore=shutil.ignore_patterns("*.py", "__pycache__", "target", "logs"))
    for page in sorted(PAGES.glob("*.md")):
        follow(page, copy / "seeds")
        assert check_framework(copy / "seeds") == [], page.name
    events = Events()
    for number in range(7):
        events.person("person.registered", "2018-05-10 08:00+00", f"p{number}", city="LODWAR")
    place = ("city", "ADAMA")
    events.stated("CM-O4-99", place, 3, data={"unit": "event"})
    with pytest.MonkeyPatch.context() as patch, scratch_database(stack) as database:
        for module in (dbt_project.run, dbt_project.seeding):
            patch.setattr(module, "PROJECT", copy)
        events.insert(database.dsn("owner"))
        assert seed_if_changed(database.settings) is True
        built: Any = run_dbt(database.settings, BUILD)
        assert built.success, built.exception or [n.message for n in built.result.results if n.status != "success"]
        with psycopg.connect(database.dsn("warehouse"), autocommit=True) as warehouse:
            now = datetime.now(UTC)
            assert publish(
                warehouse,
                created_by="test",
                revision="",
                dbt_invocation_id="",
                audit_id=None,
                as_of=now,
                as_of_load_id=1,
            )
        with psycopg.connect(database.dsn("reader"), autocommit=True) as reader:
            yield reader
    shutil.rmtree(stack.home / "dbt" / database.name)


def follow(page: Path, seeds: Path) -> None:
    """Append each block of the page to the file that it names."""
    blocks = BLOCK.findall(page.read_text(encoding="utf-8"))
    assert blocks, f"{page.name} has no block of lines"
    for file, text in blocks:
        with (seeds / file).open("a", encoding="utf-8") as table:
            table.writelines(f"{line.strip()}\n" for line in text.splitlines())


def seen(reader: psycopg.Connection, *cell: str) -> list[int]:
    return [int(actual) for (actual,) in reader.execute(CELL, cell)]


@pytest.mark.parametrize("place", ["LODWAR", "KE", "COR-TURKANA-WEST", "SIM"])
def test_a_new_city__counts_wherever_it_belongs(cooked: psycopg.Connection, place: str) -> None:
    assert seen(cooked, "CM-O3-02", place, "month") == [7]


def test_a_new_indicator__is_published(cooked: psycopg.Connection) -> None:
    assert seen(cooked, "CM-O4-99", "ADAMA", "range") == [3]


@pytest.mark.parametrize("precision", ["month", "year"])
def test_a_new_framework_version__is_published_beside_the_indicator(cooked: psycopg.Connection, precision: str) -> None:
    assert seen(cooked, "DONOR-1:P1", "LODWAR", precision) == [7]
    rows = cooked.execute(
        "select distinct framework_version, indicator_name, wording_status from results.indicator_results "
        "where indicator_code = 'DONOR-1:P1'"
    ).fetchall()
    assert rows == [("DONOR-1", "Number of people registered", "FOUND")]


def test_the_official_list__is_one_file_replaced(tmp_path: Path) -> None:
    seeds = Path(shutil.copytree(PROJECT / "seeds", tmp_path / "seeds"))
    path = seeds / "framework" / "reference_indicators.csv"
    lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
    others = [line for line in lines if not line.startswith("SDC-2021-24,")]
    official = "SDC-2021-24,IED_ARI_1,code,The official words,OFFICIAL,outcome,person,the official list\n"
    path.write_text("".join([*others, official]), encoding="utf-8")
    found = check_framework(seeds)
    assert {each.file for each in found} == {"framework/indicator_mappings.csv"}
    gone = [each for each in found if "not in reference_indicators.csv" in each.text]
    stale = [each for each in found if "The wording of SDC-2021-24 IED_ARI_1 is OFFICIAL" in each.text]
    assert len(gone) > 30
    assert len(stale) == 2
    assert len(gone) + len(stale) == len(found)
