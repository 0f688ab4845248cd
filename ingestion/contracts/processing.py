"""What is done with data about people, and why: processing.yaml, area by area."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

import yaml

#: From it docs/reference/processing.md is made; erasing an area goes by it too.
PROCESSING = Path(__file__).with_name("processing.yaml")


@cache
def processing() -> dict[str, Any]:
    """controller, recipients, transfers, areas and rights; types stand without their version."""
    document: dict[str, Any] = yaml.safe_load(PROCESSING.read_text(encoding="utf-8"))
    return document
