"""The samples beside a contract, as examples."""

from __future__ import annotations

import json
from typing import Any

from ingestion.contracts.registry import Contract


def pass_samples(contract: Contract) -> dict[str, dict[str, Any]]:
    """The events that are accepted, by the name of their file; `minimal` comes first."""
    paths = sorted(contract.folder.glob("*.pass.json"), key=lambda path: (path.name != "minimal.pass.json", path.name))
    return {
        path.name.removesuffix(".pass.json"): json.loads(path.read_text(encoding="utf-8"))["event"] for path in paths
    }


def value_at(event: dict[str, Any], path: tuple[str, ...]) -> Any:
    """What stands at a path of an event; None if nothing does."""
    value: Any = event
    for name in path:
        value = value.get(name) if isinstance(value, dict) else None
    return value
