"""Pictures of the dashboards of a running stack, for the README and the docs.

python -m infra.superset.screenshot [folder]
"""

from __future__ import annotations

import sys
from pathlib import Path

from playwright.sync_api import FloatRect, Page

from infra.settings import REPO, Settings
from infra.superset.browser import HEIGHT, WIDTH, browser, open_dashboard, open_tab, sign_in

FOLDER = REPO / "docs" / "screenshots"
SLUG = "results-at-a-glance"
#: File name and height in pixels from the top, by tab; the tables go on below.
TABS = {
    "Results and targets": ("results-at-a-glance", 1640),
    "Place by place": ("results-place-by-place", 1100),
    "Where the figures come from": ("results-sources", 1000),
    "Context, not results": ("results-context", 1100),
}


def take_pictures(settings: Settings, folder: Path = FOLDER) -> list[Path]:
    """Sign in as the manager and save one PNG for each tab; returns the files."""
    folder.mkdir(parents=True, exist_ok=True)
    saved = []
    with browser() as running:
        page = running.new_page(viewport={"width": WIDTH, "height": HEIGHT})
        sign_in(page, settings.superset_url, "manager", settings.secret("superset_manager"))
        open_dashboard(page, settings.superset_url, SLUG)
        for tab, (name, height) in TABS.items():
            open_tab(page, tab)
            saved.append(_save(page, folder / f"{name}.png", height))
    return saved


def _save(page: Page, path: Path, height: int) -> Path:
    """Save the page once two pictures in a row are the same: bars grow into place after they are drawn."""
    page.mouse.move(0, 0)
    clip: FloatRect = {"x": 0, "y": 0, "width": WIDTH, "height": height}
    before, now = b"", page.screenshot(clip=clip)
    for _ in range(10):
        before, now = now, page.screenshot(clip=clip)
        if before == now:
            break
    path.write_bytes(now)
    return path


def main() -> int:
    """Take the pictures of the stack of the environment."""
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else FOLDER
    for path in take_pictures(Settings.load(), folder):
        print(f"{path} ({path.stat().st_size // 1024} KB)")
    return 0


if __name__ == "__main__":
    sys.exit(main())
