"""`corridor publications`: its tables, its JSON, its exit codes."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest
from typer.testing import CliRunner, Result

from infra.cli.publications import app
from infra.settings import Settings
from tests.integration.publishing import Desk, cell, hidden, publishing_desk

pytestmark = pytest.mark.own_database


@pytest.fixture
def desk(stack: Settings, monkeypatch: pytest.MonkeyPatch) -> Iterator[Desk]:
    with publishing_desk(stack) as made:
        monkeypatch.setenv("CORRIDOR_HOME", str(stack.home))
        monkeypatch.setenv("CORRIDOR_PORT_BASE", str(stack.port_base))
        monkeypatch.setenv("CORRIDOR_DATABASE", made.settings.warehouse_database)
        for load_id, cells in enumerate(([cell("a", 10)], [cell("a", 11), hidden("b", 3)]), start=1):
            made.fill(cells)
            made.publish(load_id)
        yield made


def run(*arguments: str) -> Result:
    return CliRunner().invoke(app, list(arguments), env={"COLUMNS": "200"})


def test_list__marks_what_readers_see(desk: Desk) -> None:
    table = run("list")
    assert table.exit_code == 0, table.output
    assert "Readers see publication 2, checked up to load 2." in table.output
    document = json.loads(run("list", "--json").output)
    assert document["current"]["publication_id"] == 2
    assert [each["publication_id"] for each in document["publications"]] == [2, 1]


def test_show__names_programmes(desk: Desk) -> None:
    assert "SIM" in run("show", "2").output
    assert json.loads(run("show", "2", "--json").output)["cells"][0]["hidden"] == 1


def test_diff__shows_values_that_readers_may_see(desk: Desk) -> None:
    table = run("diff", "1", "2")
    assert table.exit_code == 0, table.output
    assert "1 added, 1 changed cells" in table.output
    changed = next(
        each for each in json.loads(run("diff", "1", "2", "--json").output)["cells"] if each["what"] == "changed"
    )
    assert changed["fields"] == {"actual": [10, 11]}


def test_restore__says_that_it_holds(desk: Desk) -> None:
    told = run("restore", "1", "--reason", "Arua sent a test file", "--by", "amina")
    assert told.exit_code == 0, told.output
    assert "Readers see publication 1" in told.output
    assert "Held by amina" in told.output
    assert "corridor publications resume" in told.output
    assert desk.seen() == {"a": 10}
    # Nothing has been loaded here, so the build that --now asks for finds nothing to do.
    assert "checked up to load 1" in run("resume", "--now").output


def test_hold__is_for_everybody_to_read(desk: Desk) -> None:
    assert json.loads(run("hold", "-r", "meeting", "--by", "amina", "--json").output)["held"] is True
    again = run("hold", "-r", "another")
    assert again.exit_code == 1
    assert "already held by amina: meeting" in again.output


def test_wrong_number__is_one_sentence(desk: Desk) -> None:
    for arguments in (("show", "9"), ("diff", "1", "9"), ("restore", "9", "-r", "x")):
        failed = run(*arguments)
        assert failed.exit_code == 1
        assert "There is no publication 9" in failed.output
        assert "Traceback" not in failed.output
