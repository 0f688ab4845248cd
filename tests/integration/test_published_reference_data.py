"""Readers get names and frameworks as the build had them, and never recalled wording without saying so."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from infra.settings import Settings
from tests.integration.publishing import Desk, cell, publishing_desk

pytestmark = pytest.mark.own_database

NAME = "select name from results.indicator_names where indicator_code = 'A' and language = 'fr'"


@pytest.fixture
def desk(stack: Settings) -> Iterator[Desk]:
    with publishing_desk(stack) as made:
        made.fill([cell("a", 10)])
        yield made


def test_a_changed_name__reaches_readers_even_if_no_cell_differs(desk: Desk) -> None:
    desk.warehouse.execute("insert into warehouse.indicator_names values ('A', 'fr', 'Femmes')")
    desk.publish(1)
    assert desk.reader.execute(NAME).fetchall() == [("Femmes",)]
    desk.warehouse.execute("update warehouse.indicator_names set name = 'Filles'")
    assert desk.publish(2) is None
    assert desk.reader.execute(NAME).fetchall() == [("Filles",)]
    desk.warehouse.execute("delete from warehouse.indicator_names")
    desk.publish(3)
    assert desk.reader.execute(NAME).fetchall() == []


def test_recalled_wording__is_said_not_to_be_official(desk: Desk) -> None:
    desk.warehouse.execute(
        "insert into warehouse.reference_indicators values "
        "('V', 'R', 'code', 'People', 'RECALLED', 'output', null, null), "
        "('V', 'F', 'code', 'Places', 'FOUND', 'output', null, null)"
    )
    desk.publish(1)
    rows = desk.reader.execute("select reference_code, wording from results.reference_indicators").fetchall()
    assert dict(rows) == {"R": "People (recalled wording, not official)", "F": "Places"}
