"""The page of closed gaps names tests that exist, and each gap without one says that it is open."""

from __future__ import annotations

import re

import pytest

from infra.settings import REPO

ROWS = [
    line.split("|")[1:-1]
    for line in (REPO / "docs" / "reference" / "gaps.md").read_text(encoding="utf-8").splitlines()
    if re.match(r"\| \d+ \|", line)
]
SHOWN = sorted({name for row in ROWS for name in re.findall(r"`([^`]+)`", row[3])})


def test_all_sixteen__are_there() -> None:
    assert [int(row[0]) for row in ROWS] == list(range(1, 17))
    assert [row[0] for row in ROWS if not row[3].strip() and "**open**" not in row[2]] == []


@pytest.mark.parametrize("name", SHOWN)
def test_each_named_test__exists(name: str) -> None:
    path, _, function = name.partition("::")
    source = (REPO / path).read_text(encoding="utf-8")
    assert not function or f"def {function}(" in source, f"{path} has no {function}: name the test that shows it"
