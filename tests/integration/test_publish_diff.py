"""What changed from one publication to another."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from infra.settings import Settings
from reporting.publications.diff import diff
from reporting.publications.model import PublicationError
from reporting.publications.reasons import reasons
from tests.integration.publishing import Desk, cell, event, hidden, publishing_desk, void

pytestmark = pytest.mark.own_database


@pytest.fixture
def desk(stack: Settings) -> Iterator[Desk]:
    with publishing_desk(stack) as made:
        for cells in (
            [cell("same", 1), cell("other", 20), cell("gone", 30), hidden("small", 3)],
            [cell("same", 1), cell("other", 21), cell("gone", 30), hidden("small", 4)],
            [cell("same", 1), cell("other", 20), cell("new", 40), hidden("small", 4)],
        ):
            made.fill(cells)
            made.publish()
        yield made


def test_diff__gives_old_and_new_of_every_cell_that_differs(desk: Desk) -> None:
    found = {each.cell_id: each for each in diff(desk.warehouse, 1, 2)}
    assert set(found) == {"other", "small"}
    assert (found["other"].what, found["other"].fields) == ("changed", {"actual": (20, 21)})
    assert found["other"].cell["geography_code"] == "ARUA"


def test_diff__never_tells_a_hidden_value(desk: Desk) -> None:
    small = next(each for each in diff(desk.warehouse, 1, 2) if each.cell_id == "small")
    assert (small.fields, small.exact_changed) == ({}, True)


def test_diff_over_several__ignores_what_went_back(desk: Desk) -> None:
    found = {each.cell_id: each.what for each in diff(desk.warehouse, 1, 3)}
    assert found == {"new": "added", "gone": "removed", "small": "changed"}
    assert {each.cell_id: each.what for each in diff(desk.warehouse, 3, 1)} == {
        "new": "removed", "gone": "added", "small": "changed",
    }  # fmt: skip


def test_diff_with_itself__is_empty(desk: Desk) -> None:
    assert diff(desk.warehouse, 2, 2) == []
    with pytest.raises(PublicationError, match="no publication 8"):
        diff(desk.warehouse, 2, 8)


def test_reasons__are_the_events_that_came_between(stack: Settings) -> None:
    with publishing_desk(stack) as desk:
        desk.fill([cell("one", 10)])
        desk.publish(desk.land([event("before", "ARUA")]))
        long_ago = datetime.now(UTC) - timedelta(days=40)
        more = [event("late", "ARUA", occurred_at=long_ago), event("new", "ARUA"), void("gone", "JINJA", subject="x")]
        desk.fill([cell("one", 12)])
        desk.publish(desk.land(more))
        found = reasons(desk.warehouse, 2, 1)
        told = [(row["city"], row["operation"], row["events"], row["late"]) for row in found.events]
        assert told == [("ARUA", "create", 2, 1), ("JINJA", "void", 1, 0)]
        assert (found.rules_changed, found.held) == (False, [])


def test_reasons__name_cities_held_and_rules_changed(stack: Settings) -> None:
    with publishing_desk(stack) as desk:
        desk.fill([cell("one", 10)])
        desk.publish()
        desk.warehouse.execute("insert into warehouse.int_held_places values ('SIM', 'SIM', 'ARUA')")
        desk.publish()
        assert reasons(desk.warehouse, 1, 2).held == [
            {"programme_code": "SIM", "geography_code": "SIM", "held_before": None, "held_after": "ARUA"}
        ]
        desk.owner.execute("update ops.publications set revision = 'others' where publication_id = 2")
        assert reasons(desk.warehouse, 1, 2).rules_changed
