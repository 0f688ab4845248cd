"""Templates and forms: what a partner fills in leads to the fields of the contract."""

from __future__ import annotations

import io
import zipfile
from typing import Any

import pytest
from openpyxl import load_workbook

from ingestion.contracts.columns import columns, template_columns
from ingestion.contracts.generate.csv_header import csv_header
from ingestion.contracts.generate.words import UNITS
from ingestion.contracts.generate.xlsform import column_name, question_name, xlsform, xlsform_sheets
from ingestion.contracts.generate.xlsx_template import ROWS, xlsx_template, xlsx_workbook
from ingestion.contracts.registry import contracts
from ingestion.words import LANGUAGES

NAMES = sorted(contracts())
PERSON = contracts()["person.registered.v1"]


def _saved(name: str, language: str = "en", cities: tuple[str, ...] = ()) -> Any:
    """The workbook as a spreadsheet reads it."""
    return load_workbook(io.BytesIO(xlsx_template(contracts()[name], language, cities)))


@pytest.mark.parametrize("name", NAMES)
def test_xlsx__has_the_columns_of_the_csv_and_a_list_for_every_code(name: str) -> None:
    book = xlsx_workbook(contracts()[name], LANGUAGES[NAMES.index(name) % len(LANGUAGES)])
    data = book.worksheets[0]
    assert [cell.value for cell in data[1]] == csv_header(contracts()[name]).rstrip("\r\n").split(",")
    assert data.max_row == 1, "what stands below the heading would be read as a record"
    checks = {str(check.sqref).split(":")[0][:-1]: check for check in data.data_validations.dataValidation}
    for cell, column in zip(data[1], template_columns(contracts()[name]), strict=True):
        check = checks[cell.column_letter]
        assert str(check.sqref) == f"{cell.column_letter}2:{cell.column_letter}{ROWS + 1}"
        if column.enum and column.kind != "list":
            assert check.type == "list"
            assert _listed(book, check.formula1) == list(column.enum)
        elif column.kind in ("integer", "number"):
            assert check.type in ("whole", "decimal")
        assert len(check.prompt) <= 255
        assert len(check.promptTitle) <= 32
        assert len(check.error or "") <= 255


def _listed(book: Any, formula: str) -> list[str]:
    sheet, _, cells = formula.rpartition("!")
    return [row[0].value for row in book[sheet.strip("'")][cells.replace("$", "")]]


def test_units__have_words() -> None:
    used = {column.unit for contract in contracts().values() for column in columns(contract) if column.unit}
    assert used <= set(UNITS), "add the unit to generate/words.py, and its translations"


@pytest.mark.parametrize("language", LANGUAGES)
def test_xlsx__speaks_the_language_in_its_direction(language: str) -> None:
    book = _saved("person.registered.v1", language)
    assert [sheet.sheet_view.rightToLeft for sheet in book.worksheets] == [language == "ar"] * 3
    titles = {"en": "Data", "fr": "Données", "es": "Datos", "ar": "البيانات"}
    assert book.sheetnames[0] == titles[language]


def test_xlsx__is_the_same_every_time_and_holds_no_formula() -> None:
    content = xlsx_template(PERSON, "fr", ("ADAMA",))
    assert content == xlsx_template(PERSON, "fr", ("ADAMA",))
    assert content != xlsx_template(PERSON, "fr")
    with zipfile.ZipFile(io.BytesIO(content)) as parts:
        sheets = [parts.read(name) for name in parts.namelist() if name.startswith("xl/worksheets/")]
    assert len(sheets) == 3
    assert not any(b"<f>" in sheet for sheet in sheets)


def test_xlsx__keeps_codes_and_numbers_as_they_are_typed() -> None:
    data = _saved("person.registered.v1", cities=("ADAMA", "ARUA")).worksheets[0]
    formats = {cell.value: data.column_dimensions[cell.column_letter].number_format for cell in data[1]}
    assert formats["record_id"] == formats["age_band"] == "@", "else 007 becomes 7, and 5-11 a day in November"
    assert formats["time"] == "yyyy-mm-dd hh:mm"
    checks = {check.promptTitle: check for check in data.data_validations.dataValidation}
    assert checks["City"].type == "list"


@pytest.mark.parametrize("name", NAMES)
def test_xlsform__is_accepted_by_pyxform(name: str) -> None:
    warnings: list[str] = []
    made = convert(_filled(name), warnings=warnings, validate=False)
    assert warnings == []
    assert made.xform.count("<translation ") == len(LANGUAGES)


def convert(form: Any, **options: Any) -> Any:
    """pyxform's own, which takes long to import and which nothing else here needs."""
    from pyxform.xls2xform import convert

    return convert(form, **options)


def _filled(name: str) -> dict[str, list[dict[str, str]]]:
    """The sheets as pyxform takes them: without empty cells."""
    sheets = xlsform_sheets(contracts()[name])
    return {title: [{k: v for k, v in row.items() if v} for row in rows] for title, rows in sheets.items()}


def test_xlsform__as_a_file_is_the_same_form() -> None:
    content = xlsform(PERSON)
    assert content == xlsform(PERSON)
    made = convert(io.BytesIO(content), validate=False, file_type=".xlsx")
    assert made.xform == convert(_filled("person.registered.v1"), validate=False).xform


@pytest.mark.parametrize("name", NAMES)
def test_xlsform__questions_are_the_columns(name: str) -> None:
    contract = contracts()[name]
    survey = xlsform_sheets(contract, ("ADAMA", "ARUA"))["survey"]
    asked = [row["name"] for row in survey]
    expected = [c.name for c in template_columns(contract) if c.name not in ("record_id", "operation")]
    assert [column_name(question) for question in asked] == expected
    assert all("__" not in column.name for column in columns(contract)), "question names could not be turned back"
    assert [question_name(column) for column in expected] == asked


def test_xlsform__asks_for_a_field_when_the_contract_does() -> None:
    survey = {row["name"]: row for row in xlsform_sheets(contracts()["result.reported.v1"])["survey"]}
    assert survey["value"]["required"] == "((${value_type} = 'number'))"
    assert "not((${value_type} = 'words'))" in survey["value"]["relevant"]
    assert survey["place__code"]["relevant"] == "not((${place__level} = 'none'))"
    assert survey["period__end"]["constraint"] == "${period__start} = '' or . >= ${period__start}"
    asked = {row["name"]: row for row in xlsform_sheets(contracts()["proposal.submitted.v1"])["survey"]}
    assert asked["amount_asked__currency"]["relevant"] == "${amount_asked__amount} != ''"
    assert asked["amount_asked__currency"]["required"] == "yes"
    assert "city" not in asked
