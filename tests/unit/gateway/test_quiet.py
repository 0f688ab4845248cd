"""The first of a kind is said, repeats are not."""

from __future__ import annotations

import logging

from ingestion.gateway.quiet import Quietly


def _record(text: str, level: int = logging.WARNING) -> logging.LogRecord:
    return logging.LogRecord("a", level, __file__, 1, text, None, None)


def test_repeats__are_held_back() -> None:
    quietly = Quietly()
    said = [_record("FAIL first"), _record("FAIL again"), _record("GETPID"), _record("FAIL", logging.ERROR)]
    assert [quietly.filter(each) for each in said] == [True, False, True, True]


def test_repeats__are_said_again_when_the_time_is_over() -> None:
    quietly = Quietly(seconds=0.0)
    assert quietly.filter(_record("FAIL"))
    assert quietly.filter(_record("FAIL"))
