"""Events that are JSON and meant to hurt: deep, long, huge numbers, unknown attributes."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from ingestion.contracts.registry import contracts
from ingestion.gateway.check import Checker
from ingestion.gateway.decode import MAX_DEPTH
from ingestion.gateway.deep import is_deeper
from ingestion.gateway.extensions import IGNORED
from ingestion.gateway.records import Accepted
from ingestion.gateway.refusal import Refusal
from ingestion.gateway.scope import Key

Make = Callable[..., dict[str, Any]]
KEY = Key("00000000", "CM", "registry", "https://")


def _nested(levels: int) -> Any:
    value: Any = []
    for _ in range(levels - 1):
        value = [value]
    return value


@pytest.mark.parametrize(("levels", "deeper"), [(1, False), (32, False), (33, True), (900, True)])
def test_depth__is_counted_in_objects_and_lists(levels: int, deeper: bool) -> None:
    assert is_deeper(_nested(levels), MAX_DEPTH) is deeper


@pytest.mark.parametrize("levels", [40, 900])
def test_deep_event__is_told_so(checker: Checker, event: Make, levels: int) -> None:
    refusal = checker.check(event(data={"note": _nested(levels)}), KEY)
    assert isinstance(refusal, Refusal)
    assert (refusal.code, "at most 32 levels" in refusal.detail) == ("invalid_envelope", True)


def _leaves(schema: Any) -> Iterator[dict[str, Any]]:
    if isinstance(schema, list):
        for item in schema:
            yield from _leaves(item)
    elif isinstance(schema, dict):
        yield schema
        for value in schema.values():
            yield from _leaves(value)


def test_no_contract__takes_numbers_without_bounds_or_lists_without_end() -> None:
    for contract in contracts().values():
        for leaf in _leaves(contract.schema.get("properties", {})):
            kinds = leaf.get("type", [])
            kinds = [kinds] if isinstance(kinds, str) else kinds
            if {"integer", "number"} & set(kinds):
                assert "maximum" in leaf, f"{contract.type}: {leaf}"
                assert "minimum" in leaf or "exclusiveMinimum" in leaf, f"{contract.type}: {leaf}"
            if "array" in kinds:
                assert "maxItems" in leaf, f"{contract.type}: {leaf}"
            assert leaf.get("additionalProperties") in (None, False), f"{contract.type}: {leaf}"


@pytest.mark.parametrize("number", [1e300, 10**18, -1])
def test_number__out_of_all_proportion(checker: Checker, event: Make, number: float) -> None:
    whole = event("arrival.counted.v1")
    name = next(name for name, value in whole["data"].items() if isinstance(value, int))
    refusal = checker.check(event("arrival.counted.v1", data={name: number}), KEY)
    assert isinstance(refusal, Refusal)


def test_documented_extensions__are_taken_and_not_stored(checker: Checker, event: Make) -> None:
    sent = event("arrival.counted.v1", **dict.fromkeys(IGNORED, "x"), traceparent="00-1-2-03", dataschema="urn:x")
    verdict = checker.check(sent, KEY)
    assert isinstance(verdict, Accepted)
    assert not IGNORED & set(verdict.attributes)
    refusal = checker.check({**sent, "myextension": "x"}, KEY)
    assert isinstance(refusal, Refusal)
    assert refusal.pointer == "/myextension"


def test_data_in_base64__is_told_where_data_belongs(checker: Checker, event: Make) -> None:
    sent = event("arrival.counted.v1", data_base64="e30=")
    del sent["data"]
    refusal = checker.check(sent, KEY)
    assert isinstance(refusal, Refusal)
    assert (refusal.pointer, refusal.say("es")) == (
        "/data_base64",
        "Env\u00ede los datos como JSON en data, no en data_base64.",
    )
