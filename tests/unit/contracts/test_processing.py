"""The inventory of processing names all that is kept about people, once."""

from __future__ import annotations

from typing import Any

import pytest

from ingestion.contracts.generate import processing as page
from ingestion.contracts.processing import processing
from ingestion.contracts.registry import contracts
from ingestion.contracts.resolve import ContractError


def test_areas__are_those_of_the_withdrawal() -> None:
    areas = contracts()["consent.withdrawn.v1"].schema["properties"]["areas"]["items"]["enum"]
    assert list(processing()["areas"]) == areas


def test_page__has_each_type_about_people_and_no_other() -> None:
    text = page.render(contracts())
    for contract in contracts().values():
        assert text.count(f"| `{contract.type}` |") == contract.about_a_person, contract.type
    assert "person identifier" not in text.lower().split("## how long")[0]


@pytest.mark.parametrize("more", ["clinic.visit", "site.mapped", "gone.away"], ids=["twice", "nobody", "unknown"])
def test_type_in_the_wrong_place__is_refused(monkeypatch: pytest.MonkeyPatch, more: str) -> None:
    document = processing()
    services = {**document["areas"]["services"], "types": [*document["areas"]["services"]["types"], more]}
    _swap(monkeypatch, {**document, "areas": {**document["areas"], "services": services}})
    with pytest.raises(ContractError, match=more):
        page.render(contracts())


def test_type_without_area__is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    document = processing()
    areas = {name: area for name, area in document["areas"].items() if name != "health"}
    _swap(monkeypatch, {**document, "areas": areas})
    with pytest.raises(ContractError, match=r"clinic\.visit"):
        page.render(contracts())


def _swap(monkeypatch: pytest.MonkeyPatch, document: dict[str, Any]) -> None:
    monkeypatch.setattr(page, "processing", lambda: document)
