"""Every sample beside a contract gets the answer that it claims."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from ingestion.contracts.registry import contracts
from ingestion.gateway.check import Checker
from ingestion.gateway.places import read_places
from ingestion.gateway.refusal import Refusal
from ingestion.gateway.scope import Key
from ingestion.tokens import CityKey

PARTNER = Key("00000000", "CM", "registry", "https://registry.example/")
OFFICER = replace(PARTNER, role="programme_officer")
SAMPLES = [path for contract in contracts().values() for path in sorted(contract.folder.glob("*.*.json"))]


@pytest.fixture(scope="module")
def checker() -> Checker:
    places = read_places()
    return Checker(contracts(), places, {city: CityKey("k1", city.encode() * 32) for city in places.cities})


def contract_role(sample: dict[str, Any]) -> str | None:
    """The role that the sample's sender has: the contract's own, unless the sample says another."""
    contract = contracts().get(sample["event"].get("type"))
    return sample.get("role", None if contract is None else contract.role)


def _name(path: Path) -> str:
    return f"{path.parent.parent.name}/{path.stem}"


@pytest.mark.parametrize("path", SAMPLES, ids=_name)
def test_sample__gets_its_answer(path: Path, checker: Checker) -> None:
    sample: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    answer = checker.check(sample["event"], PARTNER if contract_role(sample) in (None, "partner") else OFFICER)
    if path.name.endswith(".pass.json"):
        assert not isinstance(answer, Refusal), answer
    else:
        assert isinstance(answer, Refusal), "the sample must be refused"
        assert (answer.code, answer.pointer) == (sample["expect"]["code"], sample["expect"]["pointer"]), answer.detail


@pytest.mark.parametrize("name", sorted(contracts()))
def test_contract__has_enough_samples(name: str) -> None:
    folder = contracts()[name].folder
    for ending in ("pass", "fail"):
        found = list(folder.glob(f"*.{ending}.json"))
        assert len(found) >= 3, f"{folder} has {len(found)} *.{ending}.json samples; three show a newcomer the limits"


def test_sample_names__say_pass_or_fail() -> None:
    odd = [path for path in SAMPLES if not path.name.endswith((".pass.json", ".fail.json"))]
    assert not odd, "only *.pass.json and *.fail.json belong beside schema.json"
