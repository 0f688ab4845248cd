"""Hold, restore, resume: what readers see while somebody looks, and that it is told."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from infra.settings import Settings
from reporting.publications.history import read_log
from reporting.publications.model import PublicationError
from reporting.publications.pointer import hold, read_pointer, restore, resume
from tests.integration.publishing import Desk, cell, publishing_desk

pytestmark = pytest.mark.own_database


@pytest.fixture
def desk(stack: Settings) -> Iterator[Desk]:
    """Two publications: the cell a was 10 at load 1 and is 20 since load 2."""
    with publishing_desk(stack) as made:
        for load_id, value in ((1, 10), (2, 20)):
            made.fill([cell("a", value)])
            made.publish(load_id)
        yield made


def test_hold__keeps_readers_and_watermark_where_they_are(desk: Desk) -> None:
    hold(desk.warehouse, by="amina", reason="steering meeting")
    desk.fill([cell("a", 30)])
    assert desk.publish(load_id=3) is None
    assert desk.publish(load_id=4) is None
    pointer = read_pointer(desk.warehouse)
    assert (pointer.publication_id, pointer.watermark_load_id, pointer.held_by) == (2, 2, "amina")
    assert desk.seen() == {"a": 20}
    # Builds go on every few seconds: the wait is logged once.
    log = read_log(desk.warehouse)
    assert [(row["action"], row["by_whom"]) for row in log[:2]] == [("withhold", "test"), ("hold", "amina")]

    resume(desk.warehouse, by="amina", reason="")
    third = desk.publish(load_id=5)
    assert third is not None
    assert desk.seen() == {"a": 30}
    assert read_pointer(desk.warehouse).watermark_load_id == 5


def test_hold_twice_and_resume_nothing__say_so(desk: Desk) -> None:
    with pytest.raises(PublicationError, match="not held"):
        resume(desk.warehouse, by="amina", reason="")
    hold(desk.warehouse, by="amina", reason="meeting")
    with pytest.raises(PublicationError, match="already held by amina: meeting"):
        hold(desk.warehouse, by="boris", reason="")


def test_restore__shows_the_earlier_cells_and_the_next_build_does_not_undo_it(desk: Desk) -> None:
    pointer = restore(desk.warehouse, 1, by="amina", reason="test file")
    assert (pointer.publication_id, pointer.watermark_load_id, pointer.held) == (1, 1, True)
    assert desk.seen() == {"a": 10}
    desk.fill([cell("a", 30)])
    assert desk.publish(load_id=3) is None
    assert desk.seen() == {"a": 10}
    assert read_log(desk.warehouse, 1)[0]["reason"] == "test file"


def test_resume_after_restore__returns_to_the_newest_when_nothing_else_changed(desk: Desk) -> None:
    restore(desk.warehouse, 1, by="amina", reason="look")
    resume(desk.warehouse, by="amina", reason="")
    assert desk.seen() == {"a": 10}
    moved = desk.publish(load_id=3)
    assert moved is not None
    assert (moved.publication_id, desk.seen()) == (2, {"a": 20})


def test_resume_after_restore__goes_on_with_new_figures(desk: Desk) -> None:
    restore(desk.warehouse, 1, by="amina", reason="look")
    resume(desk.warehouse, by="amina", reason="")
    desk.fill([cell("a", 30), cell("b", 7)])
    made = desk.publish(load_id=3)
    assert made is not None
    assert (made.publication_id, made.cells_added, made.cells_changed) == (3, 1, 1)
    assert desk.seen() == {"a": 30, "b": 7}


def test_restore_of_what_never_was__says_so(desk: Desk) -> None:
    with pytest.raises(PublicationError, match="no publication 99"):
        restore(desk.warehouse, 99, by="amina", reason="")
    assert not read_pointer(desk.warehouse).held
