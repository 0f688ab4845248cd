"""The generated reference pages are those of the current catalogue and history."""

from __future__ import annotations

from pathlib import Path

import pytest

from ingestion.history.describe import pages


@pytest.mark.parametrize("path", list(pages()), ids=lambda path: path.name)
def test_is_current(path: Path) -> None:
    assert path.read_text(encoding="utf-8") == pages()[path], "run: python -m ingestion.history.describe"


def test_no_recalled_code_is_published() -> None:
    assert "MIG_" not in "".join(pages().values())
