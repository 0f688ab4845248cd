"""What every contract promises to those who generate forms, tables and pages from it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
from jsonschema_rs import meta

from ingestion.contracts import reference
from ingestion.contracts.registry import contracts, envelope_schema
from ingestion.contracts.resolve import ContractError, resolve

UNITS = {"person", "contact", "household", "document", "money", "arrival", "stated"}
TYPES = """
    person.registered service.provided clinic.visit advisory.given training.completed proposal.submitted
    proposal.funded household.enumerated funding.committed arrival.counted result.reported target.set baseline.set
"""


def _properties(schema: Any, path: str = "") -> Iterator[tuple[str, dict[str, Any]]]:
    for name, definition in schema.get("properties", {}).items():
        yield f"{path}/{name}", definition
        yield from _properties(definition, f"{path}/{name}")
        if "items" in definition:
            yield f"{path}/{name}/items", definition["items"]


def test_types__are_all_there() -> None:
    assert set(contracts()) == {f"{name}.v1" for name in TYPES.split()}


@pytest.mark.parametrize("name", [*sorted(contracts()), "envelope"])
def test_schema__is_valid_and_described(name: str) -> None:
    schema = envelope_schema() if name == "envelope" else contracts()[name].schema
    assert meta.is_valid(schema)
    for path, definition in _properties(schema):
        missing = {"title", "description"} - set(definition)
        assert not missing, f"{name}{path} needs {' and '.join(sorted(missing))}"


@pytest.mark.parametrize("name", sorted(contracts()))
def test_schema__is_closed_and_annotated(name: str) -> None:
    contract = contracts()[name]
    assert contract.schema["additionalProperties"] is False
    assert contract.unit in UNITS
    assert contract.data_class in {"P0", "P1", "P2", "P3"}
    about_people = contract.data_class in {"P2", "P3"}
    assert contract.about_a_person is about_people, "a person or household is named in P2 and P3, and only there"
    assert contract.description.splitlines()[0]


@pytest.mark.parametrize("name", sorted(contracts()))
def test_numbers__are_bounded(name: str) -> None:
    for path, definition in _properties(contracts()[name].schema):
        kinds = definition.get("type", ())
        if "integer" in kinds or "number" in kinds:
            assert {"minimum", "exclusiveMinimum"} & set(definition), f"{path} has no lower bound"
            assert "maximum" in definition, f"{path} has no upper bound"


@pytest.mark.parametrize("name", sorted(contracts()))
def test_texts__are_bounded(name: str) -> None:
    for path, definition in _properties(contracts()[name].schema):
        if "string" in definition.get("type", ()) and not {"enum", "format"} & set(definition):
            pattern = definition.get("pattern", "")
            bounded = re.fullmatch(r"\^[^*+]+\$", pattern) is not None
            assert "maxLength" in definition or bounded, f"{path} has no greatest length"


def test_resolve__unknown_reference() -> None:
    with pytest.raises(ContractError, match=r"common\.json"):
        resolve({"$ref": "../../common.json#/$defs/no_such_definition"})


def test_resolve__keywords_beside_a_reference_win() -> None:
    resolved = resolve({"$ref": "../../common.json#/$defs/sex", "title": "Sex of the head"})
    assert resolved["title"] == "Sex of the head"
    assert "female" in resolved["enum"]


def test_reference_page__is_current() -> None:
    written = reference.PAGE.read_text(encoding="utf-8")
    assert written == reference.render(contracts()), "run: python -m ingestion.contracts.reference"
