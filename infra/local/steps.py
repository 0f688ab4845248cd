"""Runs the steps of a start: each as soon as those it needs have ended, several at once."""

from __future__ import annotations

import threading
import time
import traceback
from collections.abc import Callable, Iterable
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass
from pathlib import Path

from infra.local.console import Console
from infra.local.problems import Problem
from infra.local.process import end_all

#: Says how far a step has come, for example "12 of 46".
Say = Callable[[str], None]


@dataclass(frozen=True)
class Step:
    """One step; `action` returns a few words on its outcome, or raises Problem."""

    name: str
    title: str
    action: Callable[[Say], str | None]
    after: tuple[str, ...] = ()


class Interrupted(RuntimeError):
    """Raised inside a step that waits, when the whole start is being given up."""


_given_up = threading.Event()


def run_steps(steps: Iterable[Step], console: Console, logs: Path) -> dict[str, float]:
    """Run all steps and return the seconds of each. The first Problem (or Ctrl-C) ends the others and is raised.

    What no step foresaw becomes a Problem too; its traceback is written to a file in `logs`.
    """
    _given_up.clear()
    waiting = {step.name: step for step in steps}
    _check(waiting)
    running: dict[Future[float], Step] = {}
    seconds: dict[str, float] = {}
    pool = ThreadPoolExecutor(max_workers=max(1, len(waiting)))
    try:
        while waiting or running:
            for step in [step for step in waiting.values() if all(name in seconds for name in step.after)]:
                del waiting[step.name]
                running[pool.submit(_run, step, console, logs)] = step
            done, _ = wait(running, timeout=0.15, return_when=FIRST_COMPLETED)
            for future in done:
                seconds[running.pop(future).name] = future.result()
            console.tick()
    except BaseException:
        _given_up.set()
        end_all()
        raise
    finally:
        pool.shutdown(wait=False, cancel_futures=True)
        console.clear()
    return seconds


def wait_for(condition: Callable[[], bool], seconds: float, otherwise: str, every: float = 0.25) -> None:
    """Return as soon as `condition()` is true; raise Problem(otherwise) when it is not within `seconds`."""
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            raise Problem(otherwise)
        if _given_up.wait(every):
            raise Interrupted


def _run(step: Step, console: Console, logs: Path) -> float:
    began = time.monotonic()
    say = console.begin(step.title)
    try:
        outcome = step.action(say)
    except BaseException as error:
        console.end(step.title, "given up" if _given_up.is_set() else "", good=False)
        if isinstance(error, (Problem, Interrupted)) or not isinstance(error, Exception):
            raise
        raise _unforeseen(step, error, logs) from error
    console.end(step.title, outcome or "")
    return time.monotonic() - began


def _unforeseen(step: Step, error: Exception, logs: Path) -> Problem:
    log = logs / f"{step.name}.traceback.log"
    log.write_text("".join(traceback.format_exception(error)), encoding="utf-8")
    return Problem(
        f"The step {step.title!r} failed with {type(error).__name__}: {str(error)[:300]} (all of it: {log}). "
        "Run `make up` again; if it stays so, that file says where to look."
    )


def _check(steps: dict[str, Step]) -> None:
    unknown = {name for step in steps.values() for name in step.after} - set(steps)
    if unknown:
        raise ValueError(f"steps wait for steps that do not exist: {sorted(unknown)}")
