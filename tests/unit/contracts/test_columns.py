"""The columns of a table of events lead to every field that a contract allows, once."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from ingestion.contracts.columns import ENVELOPE, columns, template_columns
from ingestion.contracts.generate.samples import pass_samples
from ingestion.contracts.registry import contracts


@pytest.mark.parametrize("name", sorted(contracts()))
def test_every_field__has_one_column(name: str) -> None:
    contract = contracts()[name]
    found = columns(contract)
    assert len({column.name for column in found}) == len({column.path for column in found}) == len(found)
    for column in found[len(ENVELOPE) :]:
        definition: Mapping[str, Any] = contract.event_schema
        for part in column.path:
            definition = definition["properties"][part]
        assert column.definition == definition
        assert column.name == ".".join(column.path[1:])
    leaves = len(_leaves(contract.schema))
    assert len(found) == leaves + len(ENVELOPE)


@pytest.mark.parametrize("name", sorted(contracts()))
def test_template__asks_for_the_identifier_and_never_for_a_token(name: str) -> None:
    contract = contracts()[name]
    asked = {column.name: column for column in template_columns(contract)}
    samples = [event for event in pass_samples(contract).values() if event["data"]]
    for identifier in contract.identifiers:
        nobody = {identifier.plain, identifier.token}
        without = [{**e, "data": {n: v for n, v in e["data"].items() if n not in nobody}} for e in samples]
        accepts_nobody = any(contract.validator.is_valid(event) for event in without)
        assert asked[identifier.plain].required is not accepts_nobody
        assert identifier.token not in asked
        assert {c.token_of for c in columns(contract) if c.name == identifier.token} == {identifier.plain}


def test_kinds_and_conditions() -> None:
    found = {column.name: column for column in columns(contracts()["proposal.submitted.v1"])}
    assert (found["record_id"].path, found["record_id"].required) == (("subject",), True)
    assert found["time"].kind == "time"
    assert found["lnob"].kind == "list"
    assert found["amount_asked.amount"].kind == "number"
    assert not found["amount_asked.currency"].required
    assert found["amount_asked.currency"].required_within == "amount_asked"
    assert found["operation"].enum == ("create", "correct", "void")
    stated = {column.name: column for column in columns(contracts()["result.reported.v1"])}
    assert (stated["period.start"].kind, stated["period.start"].nullable) == ("date", True)
    assert stated["place.level"].required


def _leaves(schema: Mapping[str, Any]) -> list[str]:
    found: list[str] = []
    for name, definition in schema["properties"].items():
        found += _leaves(definition) if "properties" in definition else [name]
    return found
