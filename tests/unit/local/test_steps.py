"""Steps run in the order of their needs, side by side, and end together when one fails."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest

from infra.local.console import Console
from infra.local.problems import Problem
from infra.local.steps import Interrupted, Say, Step, run_steps, wait_for


def test_a_step_waits_for_those_it_needs(tmp_path: Path) -> None:
    done: list[str] = []

    def note(name: str) -> Step:
        return Step(name, name, lambda say: done.append(name), {"b": ("a",), "c": ("b",)}.get(name, ()))

    seconds = run_steps([note("c"), note("b"), note("a")], Console(), tmp_path)
    assert done == ["a", "b", "c"]
    assert set(seconds) == {"a", "b", "c"}


def test_steps_without_needs_run_side_by_side(tmp_path: Path) -> None:
    both = threading.Barrier(2, timeout=10)

    def meet(say: Say) -> None:
        both.wait()

    run_steps([Step("a", "a", meet), Step("b", "b", meet)], Console(), tmp_path)


def test_the_first_problem_ends_the_others(tmp_path: Path) -> None:
    ended = threading.Event()

    def fails(say: Say) -> None:
        raise Problem("no disk")

    def waits(say: Say) -> None:
        try:
            wait_for(lambda: False, 60, "never")
        except Interrupted:
            ended.set()
            raise

    with pytest.raises(Problem, match="no disk"):
        run_steps(
            [Step("w", "w", waits), Step("f", "f", fails), Step("n", "n", lambda say: None, ("f",))],
            Console(),
            tmp_path,
        )
    assert ended.wait(10)


def test_what_nobody_foresaw_is_one_sentence_and_a_file(tmp_path: Path) -> None:
    def breaks(say: Say) -> None:
        raise ValueError("odd")

    with pytest.raises(Problem, match=r"'Odd step' failed with ValueError: odd") as caught:
        run_steps([Step("odd", "Odd step", breaks)], Console(), tmp_path)
    assert "ValueError: odd" in (tmp_path / "odd.traceback.log").read_text()
    assert "\n" not in str(caught.value)


def test_a_need_that_does_not_exist_is_an_error_of_the_plan(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="nothing"):
        run_steps([Step("a", "a", lambda say: None, ("nothing",))], Console(), tmp_path)
