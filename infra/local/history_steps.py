"""The steps that send the programme's published history through the gateway and wait until it is published."""

from __future__ import annotations

from infra.local.steps import Step
from infra.settings import REPO, Settings


def is_built() -> bool:
    """True if the history is in this tree."""
    return (REPO / "ingestion" / "history" / "send.py").exists()


def steps(settings: Settings) -> list[Step]:
    """Key and sending, then the publication."""
    return []
