"""Costly looks through every level of parsed JSON."""

from __future__ import annotations

from typing import Any


def holds_nul(value: Any) -> bool:
    """True if any text within a parsed JSON value holds U+0000."""
    waiting = [value]
    while waiting:
        item = waiting.pop()
        if isinstance(item, str):
            if "\0" in item:
                return True
        elif isinstance(item, dict):
            waiting.extend(item.keys())
            waiting.extend(item.values())
        elif isinstance(item, list):
            waiting.extend(item)
    return False


def is_deeper(value: Any, levels: int) -> bool:
    """True if objects and lists stand within each other more than `levels` times."""
    layer = [value]
    for _ in range(levels):
        layer = [
            inner
            for item in layer
            for inner in (item.values() if isinstance(item, dict) else item)
            if isinstance(inner, dict | list)
        ]
        if not layer:
            return False
    return True
