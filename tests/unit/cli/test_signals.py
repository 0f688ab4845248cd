"""`corridor signals subscribe` names a mistake before it makes a subscriber."""

from __future__ import annotations

import pytest

from infra.cli.signals import subscribe_url
from infra.local.problems import Problem


def test_subscribe__programme_that_never_has_signals() -> None:
    with pytest.raises(Problem, match=r"OPS never has signals: choose one of CM, SIM\."):
        subscribe_url("https://city.example/hook", programme="OPS")


def test_subscribe__unknown_programme() -> None:
    with pytest.raises(Problem, match=r"no programme 'XX'"):
        subscribe_url("https://city.example/hook", programme="XX")
