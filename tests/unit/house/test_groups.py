"""`make test` and `make verify` leave no group of tests out, and tell failures."""

from __future__ import annotations

import pytest

from infra.settings import REPO
from tests.__main__ import BESIDE, OTHERS, REST, RUNS, UNIT, main, outcome


def test_every_group__is_run_by_test_verify_or_bench() -> None:
    groups = {path.parent.relative_to(REPO / "tests").parts[0] for path in (REPO / "tests").rglob("test_*.py")}
    ignored = {each.removeprefix("--ignore=tests/") for each in OTHERS if each.startswith("--ignore=")}
    named = {each.removeprefix("tests/") for part in RUNS["verify"] for each in part if each.startswith("tests/")}
    assert RUNS["test"] == [UNIT, OTHERS]
    assert [each for each in BESIDE if each not in OTHERS] == ["-m", "own_database"]
    assert [each for each in REST if each not in OTHERS] == ["-m", "not own_database"]
    assert groups - ignored == {"integration", "browser"}
    assert groups & ignored <= named


@pytest.mark.parametrize(
    ("codes", "expected"), [([0, 0], 0), ([5, 0], 0), ([0, 5], 0), ([5, 5], 5), ([1, 0], 1), ([0, 3], 3), ([5, 1], 1)]
)
def test_outcome__is_good_only_when_all_parts_are(codes: list[int], expected: int) -> None:
    assert outcome(codes) == expected


def test_another_word__is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["all"]) == 2
    assert "test|verify" in capsys.readouterr().err
