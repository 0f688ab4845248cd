"""Every relative link of the documentation leads somewhere."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from infra.settings import REPO

LINK = re.compile(r"\]\(([^)#\s]+)")
SKIPPED = {".venv", "node_modules"}
PAGES = sorted(
    path
    for path in REPO.rglob("*.md")
    if not any(part in SKIPPED or part.startswith(".corridor") for part in path.parts)
)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(REPO)))
def test_links__lead_somewhere(page: Path) -> None:
    targets = [link for link in LINK.findall(page.read_text(encoding="utf-8")) if "://" not in link]
    missing = [link for link in targets if not (page.parent / link).exists()]
    assert not missing, f"{page.relative_to(REPO)} links to {', '.join(missing)}, which is not there"
