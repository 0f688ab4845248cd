"""Pairs of values of which the first must not be greater than the second: periods and ranges."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from ingestion.contracts.registry import Contract
from ingestion.gateway.refusal import SCHEMA_VIOLATION, Refusal, pointer_of
from ingestion.words import _t


def refuse_upside_down(contract: Contract, data: dict[str, Any]) -> Refusal | None:
    """A refusal if a pair that the contract orders (x-corridor-ordered) stands upside down in `data`."""
    for low_path, high_path in contract.ordered:
        low, high = _value(data, low_path), _value(data, high_path)
        if low is not None and high is not None and _comparable(low) > _comparable(high):
            return Refusal(
                SCHEMA_VIOLATION,
                pointer_of(["data", *high_path]),
                _t("{high} must not lie before {low}."),
                {"high": high_path[-1], "low": low_path[-1]},
            )
    return None


def _value(data: Any, path: tuple[str, ...]) -> Any:
    for name in path:
        data = data.get(name) if isinstance(data, dict) else None
    return data


def _comparable(value: Any) -> Any:
    """Dates in ISO form compare as text; numbers may be text too."""
    text = str(value)
    return text if len(text) == 10 and text[4] == "-" else Decimal(text)
