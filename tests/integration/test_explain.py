"""Every published number that is computed can be opened to the events that give it."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from datetime import UTC, datetime
from random import Random
from typing import Any

import pytest
from psycopg.rows import dict_row
from typer.testing import CliRunner

from infra.cli.app import build as command_line
from infra.settings import Settings
from reporting.explain.explanation import HIDDEN, Explanation, explain
from reporting.publications.build import build
from reporting.publications.model import PublicationError
from tests.dbt_events import Events
from tests.dbt_world import computed_events, random_events
from tests.integration.publishing import Desk, event, publishing_desk

pytestmark = pytest.mark.own_database

#: Places in a row of Events.
AT, LOAD = 9, 17
ENGINEER: dict[str, Any] = {"engineer": "a test", "by": "amina"}


@pytest.fixture(scope="module")
def desk(stack: Settings) -> Iterator[Desk]:
    """Two publications: in the second, twelve people more were registered in Arua in January 2019."""
    events = Events()
    computed_events(events)
    random_events(events)
    # What lies in the future would hold its city, and the gate is not what is tested here.
    events.rows = [row for row in events.rows if row[AT] < "2020" and row[LOAD] == 1]
    with publishing_desk(stack, candidate=False) as made:
        made.land([])
        events.insert(made.settings.dsn("owner"))
        assert build(made.settings, "one").state == "published"
        more = {"occurred_at": datetime(2019, 1, 15, 9, tzinfo=UTC)}
        made.land(event(f"more{number}", "ARUA", **more) for number in range(12))
        assert build(made.settings, "two").state == "published"
        yield made
    shutil.rmtree(stack.home / "dbt" / made.settings.warehouse_database, ignore_errors=True)


def computed_cells(desk: Desk, publication_id: int) -> list[dict[str, Any]]:
    with desk.warehouse.cursor(row_factory=dict_row) as cursor:
        return cursor.execute(
            """
            select * from published.indicator_results
            where origin = 'computed' and valid_from_publication <= %(id)s
                and (valid_to_publication is null or valid_to_publication > %(id)s)
            order by cell_id
            """,
            {"id": publication_id},
        ).fetchall()


def openings(desk: Desk) -> list[tuple[Any, ...]]:
    query = "select cell_id, publication_id, by_whom, reason from ops.cell_openings order by opening_id"
    return desk.owner.execute(query).fetchall()


def arua(desk: Desk, **more: Any) -> Explanation:
    return explain(desk.warehouse, ["SIM", "CM-O3-02", "ARUA", "2019-01"], **more)


def test_events_of_any_cell__give_its_exact_figure(desk: Desk) -> None:
    cells = computed_cells(desk, 2)
    assert len({(cell["indicator_code"], cell["dimension"], cell["geography_level"]) for cell in cells}) > 20
    for cell in Random(5).sample(cells, 200):
        found = explain(desk.warehouse, [cell["cell_id"]], **ENGINEER)
        assert found.agrees, (cell, found.because)
        assert found.events or not cell["actual_exact"], cell


def test_shown_cell__needs_no_reason_and_tells_no_event(desk: Desk) -> None:
    logged = openings(desk)
    found = arua(desk)
    assert (found.publication_id, found.cell["actual"], found.agrees, found.events) == (2, 12, True, None)
    assert found.rule["definition"]
    assert openings(desk) == logged


def test_hidden_cell__is_refused_with_why(desk: Desk) -> None:
    hidden = [cell for cell in computed_cells(desk, 2) if cell["suppression"] not in (None, "bottom_coded")]
    assert hidden
    found = explain(desk.warehouse, [hidden[0]["cell_id"]])
    assert (found.agrees, found.because, found.events, found.cell["actual"]) == (None, HIDDEN, None, None)
    assert not any(name.endswith("_exact") for name in found.cell)


def test_parts_of_a_country__are_its_cities_and_hidden_ones_have_no_figure(desk: Desk) -> None:
    cells = [each for each in computed_cells(desk, 2) if each["geography_level"] == "country"]
    found = [(cell, explain(desk.warehouse, [cell["cell_id"]]).parts) for cell in cells[:60]]
    assert all(parts for _, parts in found)
    assert all(part["actual"] is None for _, parts in found for part in parts if part["suppression"])
    whole = [(c, p) for c, p in found if c["actual"] is not None and not any(part["suppression"] for part in p)]
    assert whole
    for cell, parts in whole:
        sums = {
            name: sum(p["actual"] for p in parts if p["equation"] == name) for name in {p["equation"] for p in parts}
        }
        assert set(sums.values()) == {cell["actual"]}, (cell, parts)


def test_engineer__sees_events_without_tokens_and_is_logged_first(desk: Desk) -> None:
    found = arua(desk, engineer="Arua asks", by="amina")
    assert found.events is not None
    assert {row["event_id"] for row in found.events} == {f"more{number}" for number in range(12)}
    assert "tok1_" not in json.dumps(found.as_dict(), default=str)
    assert openings(desk)[-1] == (found.cell["cell_id"], 2, "amina", "Arua asks")
    logged = openings(desk)
    with pytest.raises(PublicationError, match="needs a reason"):
        arua(desk, engineer="  ", by="amina")
    assert openings(desk) == logged


def test_earlier_publication__shows_its_figure_and_says_that_it_changed(desk: Desk) -> None:
    changed = [cell for cell in computed_cells(desk, 1) if cell["valid_to_publication"] == 2]
    assert changed
    found = explain(desk.warehouse, [changed[0]["cell_id"]], publication_id=1, **ENGINEER)
    assert (found.cell["actual"], found.agrees) == (changed[0]["actual"], None)
    assert "changed in publication 2" in found.because
    with pytest.raises(PublicationError, match="has no cell"):
        arua(desk, publication_id=1)


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["SIM", "CM-O3-02", "ARUA", "1999"], "has no cell"),
        (["SIM", "CM-O3-02", "ARUA", "January"], "is no cell"),
        (["SIM"], "is no cell"),
    ],
    ids=["of no such year", "period in words", "too short"],
)
def test_what_is_no_cell__is_told_with_what_to_give(desk: Desk, words: list[str], says: str) -> None:
    with pytest.raises(PublicationError, match=says):
        explain(desk.warehouse, words)


def test_command__prints_tables_or_json(desk: Desk, stack: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CORRIDOR_HOME", str(stack.home))
    monkeypatch.setenv("CORRIDOR_PORT_BASE", str(stack.port_base))
    monkeypatch.setenv("CORRIDOR_DATABASE", desk.settings.warehouse_database)

    def run(*arguments: str) -> Any:
        words = ["explain", "SIM", "CM-O3-02", "ARUA", *arguments]
        return CliRunner().invoke(command_line("explain"), words, env={"COLUMNS": "200"})

    table = run("2019-01", "--engineer", "Arua asks", "--limit", "5")
    assert table.exit_code == 0, table.output
    assert "7 more: use --limit or --json." in table.output
    assert "12 events" in table.output
    assert json.loads(run("2019-01", "--json").output)["agrees"] is True
    assert run("1999").exit_code == 1
