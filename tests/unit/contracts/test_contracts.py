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
from ingestion.words import LANGUAGES

UNITS = {
    "person", "contact", "household", "organisation", "place", "document", "event", "asset",
    "money", "arrival", "percent", "stated",
}  # fmt: skip
#: Units of a single number, beside those that a figure states itself.
FIELD_UNITS = {
    "people", "households", "visits", "loans", "hours", "minutes", "days", "months", "kg", "GB", "percent",
}  # fmt: skip
#: The catalogue of events of the programme.
TYPES = """
    person.registered service.provided job.matched clinic.visit facility.monthly_count household.enumerated
    enumeration.target_set forum.held stakeholder.engaged workshop.held training.enrolled training.completed
    official.trained savings_group.registered savings_group.meeting advisory.given product.opened savings.deposited
    credit.disbursed remittance.recorded proposal.submitted proposal.decided proposal.funded business.started
    business.status site.mapped student.enrolled student.attended student.completed asset.lent asset.returned
    plan.status_changed agreement.signed office.status_changed works.progress service_point.usage waste.collected
    diaspora.contribution funding.committed funding.disbursed knowledge.published advocacy.participation survey.result
    feedback.received target.set baseline.set narrative.submitted result.reported arrival.counted rate.set
    consent.withdrawn report.submitted report.returned report.validated
"""
#: Text that may be any words has this pattern or none; codes and record ids are narrower or carry another mark.
ANY_WORDS = (None, r"^[^\p{Cc}]+$")


def _properties(schema: Any, path: str = "") -> Iterator[tuple[str, dict[str, Any]]]:
    for name, definition in schema.get("properties", {}).items():
        yield f"{path}/{name}", definition
        yield from _properties(definition, f"{path}/{name}")
        if "items" in definition:
            yield f"{path}/{name}/items", definition["items"]


def _kinds(definition: dict[str, Any]) -> list[str]:
    kinds = definition.get("type", [])
    return [kinds] if isinstance(kinds, str) else list(kinds)


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
        kinds = _kinds(definition)
        if "integer" in kinds or "number" in kinds:
            assert {"minimum", "exclusiveMinimum"} & set(definition), f"{path} has no lower bound"
            assert "maximum" in definition, f"{path} has no upper bound"


@pytest.mark.parametrize("name", sorted(contracts()))
def test_texts__are_bounded(name: str) -> None:
    for path, definition in _properties(contracts()[name].schema):
        if "string" in _kinds(definition) and not {"enum", "format"} & set(definition):
            pattern = definition.get("pattern", "")
            bounded = re.fullmatch(r"\^[^*+]+\$", pattern) is not None
            assert "maxLength" in definition or bounded, f"{path} has no greatest length"


@pytest.mark.parametrize("name", sorted(contracts()))
def test_annotations__are_known_ones(name: str) -> None:
    contract = contracts()[name]
    assert contract.schema["x-corridor-city"] in {"required", "from_place", "optional"}
    assert contract.role in {None, "programme_officer"}
    for path, definition in _properties(contract.schema):
        numeric = {"integer", "number"} & set(_kinds(definition))
        if "x-corridor-unit" in definition:
            assert numeric, f"{path} is no number, so it has no unit"
            assert definition["x-corridor-unit"] in FIELD_UNITS, path


@pytest.mark.parametrize("name", sorted(contracts()))
def test_plausible_values__lie_within_the_hard_bounds(name: str) -> None:
    for path, definition in _properties(contracts()[name].schema):
        if "x-corridor-plausible" in definition:
            low, high = definition["x-corridor-plausible"]
            least = definition.get("minimum", definition.get("exclusiveMinimum"))
            assert least <= low < high <= definition["maximum"], path


@pytest.mark.parametrize("name", sorted(contracts()))
def test_text_of_any_words__is_marked_for_screening(name: str) -> None:
    for path, definition in _properties(contracts()[name].schema):
        if "string" not in _kinds(definition) or {"enum", "const", "format", "x-corridor-identifier"} & set(definition):
            continue
        words = definition.get("pattern") in ANY_WORDS and not path.endswith("_ref")
        if words:
            assert definition.get("x-corridor-free-text") is True, f"{path} may hold a name or a number of a person"


@pytest.mark.parametrize("name", sorted(contracts()))
def test_people__are_described_alike(name: str) -> None:
    contract = contracts()[name]
    if "person_id" in contract.schema["properties"] and name != "consent.withdrawn.v1":
        assert {"sex", "age_band", "status"} <= set(contract.schema["required"])
        assert {"disability", "lnob"} <= set(contract.schema["properties"])


@pytest.mark.parametrize("name", sorted(contracts()))
def test_description__is_the_same_in_four_languages(name: str) -> None:
    folder = contracts()[name].folder
    shapes = {}
    for language in LANGUAGES:
        file = folder / ("description.md" if language == "en" else f"description.{language}.md")
        paragraphs = file.read_text(encoding="utf-8").strip().split("\n\n")
        assert len(paragraphs) == 3, f"{file}: what happened, when to send it, an example"
        assert paragraphs[1].startswith("**")
        assert "pass.json)" in paragraphs[2]
        shapes[language] = set(re.findall(r"`[^`]+`", "".join(paragraphs)))
    for language, codes in shapes.items():
        assert shapes["en"] <= codes, f"{name}: {language} leaves out {', '.join(sorted(shapes['en'] - codes))}"


@pytest.mark.parametrize("name", sorted(contracts()))
def test_example__of_the_description_exists(name: str) -> None:
    folder = contracts()[name].folder
    for target in re.findall(r"\]\(([^)]+)\)", (folder / "description.md").read_text(encoding="utf-8")):
        assert (folder / target).exists(), f"{folder}/description.md links to {target}"


def test_resolve__unknown_reference() -> None:
    with pytest.raises(ContractError, match=r"common\.json"):
        resolve({"$ref": "../../common.json#/$defs/no_such_definition"})


def test_resolve__keywords_beside_a_reference_win() -> None:
    resolved = resolve({"$ref": "../../common.json#/$defs/sex", "title": "Sex of the head"})
    assert resolved["title"] == "Sex of the head"
    assert "female" in resolved["enum"]


def test_reference_page__is_current() -> None:
    written = reference.PAGE.read_text(encoding="utf-8")
    assert written == reference.render(contracts()), "run: corridor contracts write"
