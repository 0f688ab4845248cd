"""The zip that Superset imports, the files it is made from, and which assets count as ours."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

import pytest
import yaml

from infra.superset.browser import NoBrowserError, chromium_path
from infra.superset.bundle import read_assets, zip_assets
from infra.superset.leftovers import is_ours


def test_zip__has_one_top_folder_and_styled_dashboards() -> None:
    with zipfile.ZipFile(io.BytesIO(zip_assets())) as bundle:
        files = bundle.namelist()
        dashboards = [yaml.safe_load(bundle.read(name)) for name in files if name.startswith("assets/dashboards/")]
    assert "assets/metadata.yaml" in files
    assert all(name.startswith("assets/") for name in files)
    assert dashboards
    assert all("Cards" in dashboard["css"] for dashboard in dashboards)


def test_read__refuses_two_assets_with_one_uuid(tmp_path: Path) -> None:
    for name in ("a", "b"):
        (tmp_path / "charts").mkdir(exist_ok=True)
        (tmp_path / "charts" / f"{name}.yaml").write_text("uuid: one\n")
    with pytest.raises(ValueError, match="uuid of its own"):
        read_assets(tmp_path)


@pytest.mark.parametrize(
    ("row", "ours"),
    [
        ({"certified_by": "Corridor"}, True),
        ({"certified_by": None}, False),
        ({"certified_by": "Somebody else"}, False),
        ({"extra": '{"certification": {"certified_by": "Corridor"}}'}, True),
        ({"extra": '{"warning_markdown": ""}'}, False),
        ({"extra": None}, False),
    ],
)
def test_marked_assets__are_ours(row: dict[str, object], ours: bool) -> None:
    assert is_ours(row) is ours


def test_every_file__carries_the_mark() -> None:
    assets = read_assets()
    for kind in ("charts", "dashboards"):
        assert all(asset["certified_by"] == "Corridor" for asset in assets[kind].values())
    for dataset in assets["datasets"].values():
        assert dataset["extra"]["certification"]["certified_by"] == "Corridor"


def test_missing_chromium__says_how_to_install_it(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.delenv("CORRIDOR_CHROMIUM", raising=False)
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(NoBrowserError, match="apt-get install chromium"):
        chromium_path()
