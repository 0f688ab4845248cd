"""Every file made from the contracts is current, and made without leftovers."""

from __future__ import annotations

from pathlib import Path

import pytest

from ingestion.contracts.generate import files, staging_models
from ingestion.contracts.registry import contracts


def test_every_generated_file__is_current() -> None:
    late = files.outdated(files.generated_files(contracts()))
    assert late == [], "run: corridor contracts write"


def test_write__brings_files_to_the_contracts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(staging_models, "FOLDER", tmp_path)
    left_over, changed, missing = tmp_path / "gone.sql", tmp_path / "changed.sql", tmp_path / "deep" / "missing.sql"
    left_over.write_text("select 1")
    changed.write_text("select 1")
    wanted = {changed: "select 2", missing: "select 3"}
    assert files.outdated(wanted) == [changed, missing, left_over]
    assert files.write(wanted) == [changed, missing, left_over]
    assert (changed.read_text(), missing.read_text(), left_over.exists()) == ("select 2", "select 3", False)
    assert files.write(wanted) == []
