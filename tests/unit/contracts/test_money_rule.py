"""A figure of money must show its currency in the phrase: a lost sign turns into a digit."""

from __future__ import annotations

import copy
import json
from typing import Any

import pytest

from ingestion.contracts.registry import Contract, contracts
from ingestion.gateway.explain import explain

STATED = ("result.reported.v1", "target.set.v1", "baseline.set.v1")
SHOWN = [
    "USD 6.7 trillion",
    "US$ 7 million +",
    r"US\$ 7 million +",
    r"nearly US \$700,000 in remittances",
    "300.08€m",
    "US$ 1 million in eight months",
    "CHF 11'730'000",
    "4 million dollars",
    "un millón de dólares",
    "ETB2,000",
    "200 birr a month",
    "£5m",
]
NOT_SHOWN = [
    "5116bn was sent in remittances",
    "3756bn of which",
    "7 million +",
    "6.7 trillion",
    "grants of 500",
    "used 300",
    "europe sent 12",
]


def _event(name: str, **data: Any) -> dict[str, Any]:
    folder = contracts()[name].folder
    sample = json.loads(sorted(folder.glob("*.pass.json"))[0].read_text(encoding="utf-8"))["event"]
    event: dict[str, Any] = copy.deepcopy(sample)
    kept = {
        k: v for k, v in event["data"].items() if k not in ("value", "value_low", "value_high", "words", "currency")
    }
    event["data"] = {**kept, "value_type": "number", "value": "5", "unit": "money", "currency": "USD", **data}
    return event


def _codes(contract: Contract, event: dict[str, Any]) -> list[tuple[str, str]]:
    return [(r.code, r.pointer) for r in explain(contract.validator, contract.event_schema, event)]


@pytest.mark.parametrize("name", STATED)
@pytest.mark.parametrize("phrase", SHOWN)
def test_currency_shown__passes(name: str, phrase: str) -> None:
    assert _codes(contracts()[name], _event(name, phrase=phrase)) == []


@pytest.mark.parametrize("name", STATED)
@pytest.mark.parametrize("phrase", NOT_SHOWN)
def test_currency_not_shown__is_refused(name: str, phrase: str) -> None:
    assert _codes(contracts()[name], _event(name, phrase=phrase)) == [("money_without_currency", "/data/phrase")]


@pytest.mark.parametrize("name", STATED)
def test_currency_code_missing__is_refused(name: str) -> None:
    event = _event(name, phrase="USD 5")
    del event["data"]["currency"]
    assert _codes(contracts()[name], event) == [("money_without_currency", "/data/currency")]


@pytest.mark.parametrize("name", STATED)
def test_other_units__need_no_currency(name: str) -> None:
    event = _event(name, phrase="118 youth", unit="person")
    del event["data"]["currency"]
    assert _codes(contracts()[name], event) == []
