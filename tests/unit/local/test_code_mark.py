"""The mark by which a start sees that the code of a service changed."""

from __future__ import annotations

from pathlib import Path

from infra.local.code_mark import code_mark
from infra.local.services import ALL
from infra.settings import REPO


def test_it_changes_with_content_and_names_and_nothing_else(tmp_path: Path) -> None:
    (tmp_path / "part").mkdir()
    (tmp_path / "part" / "a.py").write_text("one")
    first = code_mark(["part"], tmp_path)
    (tmp_path / "part" / "a.pyc").write_text("compiled")
    assert code_mark(["part"], tmp_path) == first
    (tmp_path / "part" / "b.py").write_text("two")
    assert code_mark(["part"], tmp_path) != first
    (tmp_path / "part" / "b.py").unlink()
    assert code_mark(["part"], tmp_path) == first


def test_everything_that_a_service_reads_exists() -> None:
    missing = [path for each in ALL for path in each.reads if not (REPO / path).exists()]
    assert missing == []
