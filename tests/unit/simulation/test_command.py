"""`corridor simulate --no-send` writes the files of a simulation and says what is wrong with its options."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from infra.cli.simulate import command
from infra.local.problems import Problem


def _lines(path: Path) -> list[dict]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def test_command__writes_events_refusals_and_truth(tmp_path: Path) -> None:
    command(days=10, seed=4, events=500, cities="adama,arua", out=tmp_path, send=False)
    events = _lines(tmp_path / "events.jsonl")
    refusals = _lines(tmp_path / "refusals.jsonl")
    truth = _lines(tmp_path / "truth.jsonl")
    assert len(events) == 500
    assert len(refusals) == 15
    assert all(events[row["index"]]["id"] == row["id"] for row in refusals)
    assert {row["geography_code"] for row in truth} == {
        "ADAMA", "ARUA", "COR-ETHIOPIAN-ECONOMIC", "COR-WEST-NILE", "ET", "UG", "HORN-OF-AFRICA", "SIM",
    }  # fmt: skip


def test_command__live_ends_now(tmp_path: Path) -> None:
    command(days=2, seed=4, events=100, cities="JINJA", out=tmp_path, send=False, live=True)
    assert _lines(tmp_path / "events.jsonl")


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        ({"programme": "CM"}, "SIM only"),
        ({"start": "January"}, "2019-01-31"),
        ({"cities": "ATLANTIS"}, "choose from"),
        ({"days": 1, "events": 10, "duplicates": 0.5, "corrections": 0.2, "bad": 0.3}, "stay below"),
    ],
)
def test_command__names_the_problem(tmp_path: Path, options: dict, sentence: str) -> None:
    with pytest.raises(Problem, match=sentence):
        command(out=tmp_path, send=False, **options)
