"""What a command says when the database does not answer."""

from __future__ import annotations

import psycopg
import pytest

from infra.cli.database import told_plainly
from infra.local.problems import Problem


@pytest.mark.parametrize(
    ("message", "said"),
    [("refused\nmore", r"not answer \(refused\): run"), ("", r"\(OperationalError\)")],
    ids=["first line", "no words"],
)
def test_error_of_the_database__is_one_sentence(message: str, said: str) -> None:
    with pytest.raises(Problem, match=said), told_plainly():
        raise psycopg.OperationalError(message)


def test_refusal__is_told_as_it_is() -> None:
    with pytest.raises(Problem, match=r"^no such key$"), told_plainly(KeyError, ValueError):
        raise ValueError("no such key")
