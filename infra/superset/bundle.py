"""The asset files as the one zip that Superset imports."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path
from typing import Any

import yaml

ASSETS = Path(__file__).parent / "assets"
STYLE = Path(__file__).parent / "dashboard.css"
KINDS = ("databases", "datasets", "charts", "dashboards")
_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


def read_assets(folder: Path = ASSETS) -> dict[str, dict[str, dict[str, Any]]]:
    """The assets by kind and uuid. Raises ValueError if a file has no uuid or shares one with another."""
    found: dict[str, dict[str, dict[str, Any]]] = {kind: {} for kind in KINDS}
    for kind in KINDS:
        for path in sorted((folder / kind).rglob("*.yaml")):
            asset = _read(path.read_text(encoding="utf-8"))
            uuid = asset.get("uuid")
            if not uuid or uuid in found[kind]:
                raise ValueError(f"{path.name}: give the asset a uuid of its own (it has {uuid!r}).")
            found[kind][uuid] = asset
    return found


def zip_assets(folder: Path = ASSETS, style: Path = STYLE) -> bytes:
    """All files below `folder` in a zip with one top folder, every dashboard with the one style sheet."""
    css = style.read_text(encoding="utf-8")
    memory = io.BytesIO()
    with zipfile.ZipFile(memory, "w", zipfile.ZIP_DEFLATED) as bundle:
        for path in sorted(folder.rglob("*.yaml")):
            text = path.read_text(encoding="utf-8")
            if path.parent.name == "dashboards":
                text = yaml.safe_dump({**_read(text), "css": css}, allow_unicode=True, sort_keys=False)
            bundle.writestr(f"assets/{path.relative_to(folder)}", text)
    return memory.getvalue()


def _read(text: str) -> dict[str, Any]:
    asset: dict[str, Any] = yaml.load(text, Loader=_LOADER)  # noqa: S506  a safe loader, ten times as fast in C
    return asset
