"""Every title and code of the contracts has a label in every language."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator
from typing import Any

import pytest

from ingestion.contracts.labels import FILE, code_label, english_label, label, labels
from ingestion.contracts.registry import contracts, envelope_schema
from ingestion.words import LANGUAGES

_SCHEMAS = {"envelope": envelope_schema(), **{name: contract.schema for name, contract in contracts().items()}}
#: Lists of codes that are longer are ISO codes: currencies and countries.
_MOST_CODES = 50
_AGE_BAND = re.compile(r"\d+(-\d+|\+)")


def _labels_of(schema: dict[str, Any]) -> Iterator[str]:
    yield schema["title"]
    codes = schema.get("enum", ())
    if len(codes) <= _MOST_CODES:
        yield from (english_label(code) for code in codes if code is not None and not _AGE_BAND.fullmatch(code))
    for part in [*schema.get("properties", {}).values(), *filter(None, [schema.get("items")])]:
        yield from _labels_of(part)


def _rows() -> list[list[str]]:
    with FILE.open(encoding="utf-8", newline="") as file:
        return list(csv.reader(file))


@pytest.mark.parametrize("name", _SCHEMAS)
def test_titles_and_codes__have_a_row(name: str) -> None:
    missing = sorted(set(_labels_of(_SCHEMAS[name])) - set(labels()))
    assert not missing, f"{FILE} needs a row for each of: {', '.join(missing)}"


def test_rows__are_all_used() -> None:
    used = {text for schema in _SCHEMAS.values() for text in _labels_of(schema)}
    unused = sorted(set(labels()) - used)
    assert not unused, f"{FILE} has rows that nothing uses: {', '.join(unused)}"


def test_rows__are_sorted_whole_and_single() -> None:
    head, *rows = _rows()
    assert head == list(LANGUAGES)
    names = [row[0] for row in rows]
    assert names == sorted(set(names)), "sort the rows by their English label, one row each"
    for row in rows:
        assert len(row) == len(head), f"{row} has not one text a language"
        assert all(text and text == text.strip() for text in row), f"{row} has an empty or untidy text"


def test_arabic__is_written_in_arabic() -> None:
    odd = [row for row in _rows()[1:] if not re.search(r"[\u0600-\u06ff]", row[3])]
    assert not odd, f"the last column is Arabic, except in {odd}"


@pytest.mark.parametrize(
    ("language", "expected"),
    [("en", "Asylum seeker"), ("fr", "Demandeur ou demandeuse d’asile"), ("es", "Solicitante de asilo")],
)
def test_code_label__in_a_language(language: str, expected: str) -> None:
    assert code_label("asylum_seeker", language) == expected


def test_label__without_a_row_is_english() -> None:
    assert label("No such label", "fr") == "No such label"
    assert label("Sex", "en") == "Sex"
