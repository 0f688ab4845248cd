"""Changes of contracts: what breaks a partner's events is named so, and nothing that does is missed."""

from __future__ import annotations

import copy
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingestion.contracts.changes import changes
from ingestion.contracts.generate.samples import pass_samples
from ingestion.contracts.registry import compile_validator, contracts
from ingestion.contracts.release import bare, present, release_text, released

OLD: dict[str, Any] = {
    "type": "object",
    "x-corridor-unit": "person",
    "x-corridor-city": "required",
    "properties": {
        "sex": {"type": "string", "enum": ["female", "male"]},
        "hours": {"type": ["number", "string"], "minimum": 0, "maximum": 100},
        "place": {"type": "object", "properties": {"code": {"type": "string", "maxLength": 9}}, "required": ["code"]},
        "needs": {"type": "array", "items": {"type": "string"}},
        "note": {"type": "string"},
    },
    "required": ["sex"],
    "additionalProperties": False,
    "allOf": [{"if": {"required": ["hours"]}, "then": {"required": ["place"]}}],
}


def _set(path: str, value: Any) -> dict[str, Any]:
    """OLD with something else at a path; None takes it away."""
    new = copy.deepcopy(OLD)
    *parents, last = path.split("/")
    place: Any = new
    for part in parents:
        place = place[part]
    if value is None:
        del place[last]
    else:
        place[last] = value
    return new


@pytest.mark.parametrize(
    ("path", "value", "breaking", "says"),
    [
        ("properties/note", None, True, "/note: the field is removed"),
        ("properties/more", {"type": "string"}, False, "/more: the field is new"),
        ("required", ["sex", "note"], True, "/note: the field is required now"),
        ("required", [], False, "/sex: the field may be left out"),
        ("properties/sex/enum", ["female"], True, "/sex: the values male are refused"),
        ("properties/sex/enum", ["female", "male", "other"], False, "/sex: the values other are new"),
        ("properties/sex/enum", None, False, "/sex: other values"),
        ("properties/note/enum", ["a"], True, "/note: only the values of a list"),
        ("properties/hours/type", ["number"], True, "/hours: the type is narrowed: string"),
        ("properties/hours/type", ["integer", "string"], True, "/hours: the type is narrowed: number"),
        ("properties/note/type", ["string", "null"], False, "/note: null is accepted too"),
        ("properties/hours/minimum", 1, True, "/hours: the least value was 0 and is 1"),
        ("properties/hours/maximum", 50, True, "/hours: the greatest value was 100 and is 50"),
        ("properties/hours/maximum", 500, False, "/hours: the greatest value was 100 and is 500"),
        ("properties/note/maxLength", 500, True, "/note: the greatest number of characters is 500"),
        ("properties/place/properties/code/maxLength", 3, True, "/place/code: the greatest number"),
        ("properties/needs/items/enum", ["a"], True, "/needs/items: only the values of a list"),
        ("properties/note/pattern", "^a", True, "/note: the pattern is another"),
        ("allOf", [{"not": {"required": ["note"]}}], True, "a rule is new or another: allOf"),
        ("allOf", None, False, "a rule is gone: allOf"),
        ("x-corridor-unit", "contact", True, "what it counts was person and is contact"),
        ("x-corridor-city", "optional", False, "the city was required and is optional"),
        ("x-corridor-role", "programme_officer", True, "only keys with the role programme_officer"),
    ],
)
def test_change__is_named(path: str, value: Any, breaking: bool, says: str) -> None:
    found = changes({"a.b.v1": OLD}, {"a.b.v1": _set(path, value)})
    assert [change.breaking for change in found] == [breaking]
    assert says in str(found[0])
    assert str(found[0]).startswith("BREAKING: a.b.v1" if breaking else "compatible: a.b.v1")


def test_types__come_and_go() -> None:
    assert [c.breaking for c in changes({"a.b.v1": OLD}, {"a.b.v1": OLD, "a.b.v2": {}})] == [False]
    assert [c.breaking for c in changes({"a.b.v1": OLD}, {})] == [True]


def test_words_for_people__are_no_change() -> None:
    spoken = {**OLD, "title": "Other", "properties": {**OLD["properties"], "title": {"title": "T", "type": "string"}}}
    plain = bare(spoken)
    assert "title" not in plain
    assert plain["properties"]["title"] == {"type": "string"}
    assert changes({"a.b.v1": bare(_set("properties/title", {"type": "string"}))}, {"a.b.v1": plain}) == []


def test_a_release__is_read_back_as_it_was(tmp_path: Any) -> None:
    path = tmp_path / "released.json"
    path.write_text(release_text(contracts()), encoding="utf-8")
    assert released(path) == present(contracts())
    assert released(tmp_path / "none.json") == {}


def test_since_the_last_release__nothing_breaks() -> None:
    broken = [str(change) for change in changes(released(), present(contracts())) if change.breaking]
    assert broken == [], "put the version back and make a new version folder"


_FIELDS = [
    (name, field)
    for name, contract in sorted(contracts().items())
    for field in contract.schema["properties"]
    if len(contract.schema["properties"]) > 1
]


@given(
    at=st.sampled_from(_FIELDS),
    how=st.sampled_from(["remove", "require", "narrow", "shorten", "halve", "retype", "forbid_null"]),
)
def test_whatever_refuses_a_sample__is_breaking(at: tuple[str, str], how: str) -> None:
    name, field = at
    contract = contracts()[name]
    new = copy.deepcopy(contract.schema)
    definition = new["properties"][field]
    if how == "remove":
        del new["properties"][field]
    elif how == "require":
        new["required"] = list(dict.fromkeys([*new.get("required", []), field]))
    elif how == "narrow" and "enum" in definition:
        definition["enum"] = definition["enum"][: len(definition["enum"]) // 2]
    elif how == "shorten":
        definition["maxLength"] = 2
    elif how == "halve" and "maximum" in definition:
        definition["maximum"] = definition["maximum"] / 1e6
    elif how == "retype":
        definition["type"] = "boolean"
    elif how == "forbid_null":
        definition["type"] = [k for k in _list(definition.get("type", "string")) if k != "null"]
    old_validator, validator = compile_validator(contract.schema), compile_validator(new)
    samples = [event["data"] for event in pass_samples(contract).values() if event["data"]]
    refused = [data for data in samples if old_validator.is_valid(data) and not validator.is_valid(data)]
    found = changes({name: bare(contract.schema)}, {name: bare(new)})
    if refused:
        assert any(change.breaking for change in found), json.dumps(refused[0])


def _list(kinds: Any) -> list[str]:
    return [kinds] if isinstance(kinds, str) else kinds
