"""Publishing: only what differs becomes a version, and readers see one whole version."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from infra.settings import Settings
from reporting.publications.history import list_publications, read_log, show_publication
from reporting.publications.model import PublicationError
from reporting.publications.pointer import read_pointer
from tests.integration.publishing import Desk, cell, hidden, publishing_desk

pytestmark = pytest.mark.own_database


@pytest.fixture
def desk(stack: Settings) -> Iterator[Desk]:
    with publishing_desk(stack) as made:
        yield made


def test_first_publication__shows_every_cell(desk: Desk) -> None:
    desk.fill([cell("a", 10), hidden("b", 3)])
    made = desk.publish(load_id=7)
    assert made is not None
    assert (made.cells_total, made.cells_added, made.cells_changed, made.cells_removed) == (2, 2, 0, 0)
    assert desk.seen() == {"a": 10, "b": None}
    pointer = read_pointer(desk.warehouse)
    assert (pointer.publication_id, pointer.watermark_load_id) == (made.publication_id, 7)
    assert [row["action"] for row in read_log(desk.warehouse)] == ["publish"]


def test_same_candidate_again__makes_no_publication_but_moves_the_watermark(desk: Desk) -> None:
    desk.fill([cell("a", "10.00")])
    first = desk.publish(load_id=1)
    # The same number, written differently.
    desk.fill([cell("a", "10")])
    assert desk.publish(load_id=2) is None
    assert list_publications(desk.warehouse) == [first]
    assert read_pointer(desk.warehouse).watermark_load_id == 2
    assert len(read_log(desk.warehouse)) == 1


def test_next_publication__touches_only_what_differs(desk: Desk) -> None:
    desk.fill([cell("same", 10), cell("other", 20), cell("gone", 30)])
    desk.publish()
    desk.fill([cell("same", 10), cell("other", 21), cell("new", 40)])
    second = desk.publish(load_id=2)
    assert second is not None
    assert (second.cells_added, second.cells_changed, second.cells_removed) == (1, 1, 1)
    assert desk.seen() == {"same": 10, "other": 21, "new": 40}
    versions = desk.owner.execute(
        "select cell_id, valid_from_publication, valid_to_publication from published.indicator_results order by 1, 2"
    ).fetchall()
    assert versions == [
        ("gone", 1, 2), ("new", 2, None), ("other", 1, 2), ("other", 2, None), ("same", 1, None),
    ]  # fmt: skip


def test_cell_that_comes_back__is_a_version_again(desk: Desk) -> None:
    for cells in ([cell("a", 10), cell("b", 1)], [cell("b", 1)], [cell("a", 10), cell("b", 1)]):
        desk.fill(cells)
        assert desk.publish() is not None
    assert desk.seen() == {"a": 10, "b": 1}


def test_any_column_that_differs__is_a_change(desk: Desk) -> None:
    desk.fill([cell("a", 10)])
    desk.publish()
    desk.fill([cell("a", 10, note="counted twice")])
    second = desk.publish()
    assert second is not None
    assert second.cells_changed == 1


def test_cell_given_twice__is_refused_whole(desk: Desk) -> None:
    desk.fill([cell("a", 10)])
    desk.publish()
    desk.fill([cell("a", 11), cell("b", 1), cell("b", 2)])
    with pytest.raises(PublicationError, match="a cell twice"):
        desk.publish()
    assert desk.seen() == {"a": 10}
    assert len(list_publications(desk.warehouse)) == 1


def test_column_that_dbt_forgot__is_named(desk: Desk) -> None:
    desk.warehouse.execute("alter table candidate.indicator_results drop column note")
    with pytest.raises(PublicationError, match="lacks note"):
        desk.publish()


def test_show__counts_cells_by_programme(desk: Desk) -> None:
    desk.fill([cell("a", 10), hidden("b", 3), cell("c", 5, programme_code="CM")])
    desk.publish()
    shown = show_publication(desk.warehouse, 1)
    assert [(row["programme_code"], row["cells"], row["hidden"]) for row in shown["cells"]] == [
        ("CM", 1, 0), ("SIM", 2, 1),
    ]  # fmt: skip
    with pytest.raises(PublicationError, match="no publication 9"):
        show_publication(desk.warehouse, 9)
