"""Rows into events: names of columns, words, cells that a spreadsheet has changed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from infra.settings import REPO
from ingestion.contracts.columns import columns, template_columns
from ingestion.contracts.generate.csv_header import csv_header
from ingestion.contracts.labels import label
from ingestion.contracts.registry import contracts
from ingestion.files.cells import Cell
from ingestion.files.header import read_header
from ingestion.files.profile import Profile, ProfileError, read_profile
from ingestion.files.row import Built, RowReader
from ingestion.files.trouble import FileTrouble

PERSON = contracts()["person.registered.v1"]
RIGHT = {
    "record_id": "R-1",
    "time": "2026-03-02",
    "city": "ADAMA",
    "person_id": "AB 12",
    "sex": "female",
    "age_band": "5-11",
    "status": "refugee",
    "registration_type": "new",
}


def _read(
    row: Mapping[str, Cell], profile: Profile | None = None, type: str = PERSON.type, *, workbook: bool = False
) -> Built:
    contract, profile = contracts()[type], profile or Profile()
    header = read_header(list(row), contract, profile, needs_city=False)
    return RowReader(contract, header, profile, {"source": "urn:x"}, workbook=workbook).read(list(row.values()))


def _code(row: Mapping[str, Cell], **options: Any) -> tuple[str, str] | None:
    refusal = _read(row, **options).refusal
    return None if refusal is None else (refusal.code, refusal.pointer)


def _profile(text: str, type: str = PERSON.type) -> Profile:
    return read_profile(text, Path("profile.yaml"), type)


def test_right_row() -> None:
    assert _read(RIGHT) == Built(
        {
            "specversion": "1.0", "id": "-", "type": PERSON.type, "source": "urn:x", "subject": "R-1", "city": "ADAMA",
            "time": "2026-03-02T09:00:00Z", "timeprecision": "day",
            "data": {
                "person_id": "AB 12", "sex": "female", "age_band": "5-11", "status": "refugee",
                "registration_type": "new",
            },
        },
        None,
    )  # fmt: skip


@pytest.mark.parametrize("type", sorted(contracts()))
def test_template__is_a_header_of_every_type(type: str) -> None:
    contract = contracts()[type]
    names = csv_header(contract).strip().split(",")
    header = read_header(names, contract, Profile(), needs_city=True)
    assert [column.name for column in header.columns if column] == names
    assert header.name_at("/subject") == "record_id"


@pytest.mark.parametrize("language", ["en", "fr", "es", "ar"])
def test_titles__are_names_too(language: str) -> None:
    row = {
        f" {label(column.title, language).upper()} *": RIGHT.get(column.name, "") for column in template_columns(PERSON)
    }
    built = _read(row)
    assert built.refusal is None
    assert built.event == _read(RIGHT).event


@pytest.mark.parametrize(
    ("names", "code", "said"),
    [
        ([], "empty_file", ""),
        (["", " "], "empty_file", ""),
        (["sex", "time"], "no_record_id", "record_id"),
        (["record_id", "full name", "phone"], "unknown_columns", "full name, phone"),
        ([*RIGHT, "Sex"], "column_twice", "sex"),
        ([name for name in RIGHT if name != "person_id"], "missing_columns", "person_id"),
        ([*RIGHT, *[f"c{n}" for n in range(300)]], "too_many_columns", "256"),
    ],
)
def test_headers_that_are_refused(names: list[str], code: str, said: str) -> None:
    with pytest.raises(FileTrouble) as refused:
        read_header(names, PERSON, Profile(), needs_city=True)
    assert refused.value.code == code
    assert said in refused.value.say("en")


def test_city__is_needed_only_by_a_key_of_several() -> None:
    names = [name for name in RIGHT if name != "city"]
    read_header(names, PERSON, Profile(), needs_city=False)
    with pytest.raises(FileTrouble):
        read_header(names, PERSON, Profile(), needs_city=True)


def test_tokens__stand_in_for_identifiers() -> None:
    names = [name if name != "person_id" else "person_token" for name in RIGHT]
    assert read_header(names, PERSON, Profile(), needs_city=True)


@pytest.mark.parametrize(
    ("word", "code"),
    [
        ("female", "female"),
        ("Female", "female"),
        ("FEMME", "female"),
        ("mujer", "female"),
        ("أنثى", "female"),
        ("Homme", "male"),
    ],
)
def test_words_of_four_languages(word: str, code: str) -> None:
    assert _read({**RIGHT, "sex": word}).event["data"]["sex"] == code


def test_declared_words_columns_and_dates() -> None:
    profile = _profile(
        """
        dates: {order: day-first, calendar: ethiopian}
        columns: {Nr.: record_id}
        ignore_columns: [Remarks of the clerk]
        words:
          sex: {F: female, No: male}
        types:
          person.registered.v1: {words: {sex: {X: other}}}
        """
    )
    row = {"Nr.": "7", **RIGHT, "time": "24/06/2018", "sex": "x", "remarks of the  clerk": "tall"}
    del row["record_id"]
    event = _read(row, profile).event
    assert (event["subject"], event["time"], event["data"]["sex"]) == ("7", "2026-03-03T09:00:00Z", "other")
    assert _read({**row, "sex": "no"}, profile).event["data"]["sex"] == "male"
    assert _code({**row, "sex": "boy"}, profile=profile) == ("unknown_word", "/data/sex")


def test_profile_in_the_documentation__can_be_used() -> None:
    page = (REPO / "docs" / "city-partner" / "files.md").read_text(encoding="utf-8")
    profile = _profile(page.split("```yaml\n")[1].split("```")[0], "training.completed.v1")
    assert profile.columns["Code de fiche"] == "record_id"
    assert profile.dates.calendar == "ethiopian"
    names = {column.name for column in columns(contracts()["training.completed.v1"])}
    assert set(profile.columns.values()) <= names


@pytest.mark.parametrize(
    "text",
    ["dates: {order: d/m/y}", "colums: {a: b}", "numbers: {decimal: ',', thousands: ','}", "- a", "a: [", "words: 3"],
)
def test_profiles_that_are_wrong__say_where(text: str) -> None:
    with pytest.raises(ProfileError, match=r"profile\.yaml"):
        _profile(text)


@pytest.mark.parametrize(
    ("changes", "code", "pointer"),
    [
        ({"time": "03/04/2026"}, "ambiguous_date", "/time"),
        ({"sex": "boy"}, "unknown_word", "/data/sex"),
        ({"record_id": "1.23E+15"}, "changed_by_spreadsheet", "/subject"),
        ({"person_id": "#N/A"}, "spreadsheet_error", "/data/person_id"),
        ({"sex": "x" * 40_000}, "cell_too_long", "/data/sex"),
        ({"household_size": "2,5"}, "invalid_number", "/data/household_size"),
        ({"household_size": "1.000"}, "ambiguous_number", "/data/household_size"),
        ({"operation": "delete"}, "unknown_word", "/operation"),
    ],
)
def test_cells_that_are_refused(changes: dict[str, str], code: str, pointer: str) -> None:
    assert _code({**RIGHT, **changes}) == (code, pointer)


@pytest.mark.parametrize(
    ("changes", "code", "pointer"),
    [
        ({"age_band": datetime(2026, 11, 5)}, "changed_by_spreadsheet", "/data/age_band"),
        ({"record_id": 12345678901234567}, "changed_by_spreadsheet", "/subject"),
        ({"record_id": "=A2&B2"}, "formula", "/subject"),
        ({"time": 46085}, "invalid_date", "/time"),
        ({"household_size": float("inf")}, "invalid_number", "/data/household_size"),
        ({"household_size": 2.5}, "invalid_number", "/data/household_size"),
    ],
)
def test_cells_of_a_workbook_that_are_refused(changes: dict[str, Cell], code: str, pointer: str) -> None:
    assert _code({**RIGHT, **changes}, workbook=True) == (code, pointer)


def test_cells_of_a_workbook() -> None:
    cells: dict[str, Cell] = {
        **RIGHT, "record_id": 17.0, "time": datetime(2026, 3, 2, 8, 30), "household_size": 4.0, "person_id": 100200,
    }  # fmt: skip
    event = _read(cells, workbook=True).event
    assert event["subject"] == "17"
    early = _read({**cells, "time": datetime(2026, 3, 2, 8, 29, 59, 999_000)}, workbook=True).event
    assert early["time"] == "2026-03-02T05:30:00Z"
    assert (event["time"], event["timeprecision"]) == ("2026-03-02T05:30:00Z", "second")
    assert event["data"]["household_size"] == 4
    assert event["data"]["person_id"] == "100200"


def test_void_row__needs_nothing_but_its_record_id() -> None:
    built = _read({**RIGHT, "time": "03/04/2026", "sex": "?", "operation": "void"})
    assert built.refusal is None
    assert built.event["data"] == {}
    assert "time" not in built.event


def test_row_with_several_mistakes__names_all_of_them() -> None:
    built = _read({**RIGHT, "sex": "boy", "time": "03/04/2026", "status": "", "record_id": " "})
    assert built.refusal is not None
    assert built.refusal.pointer == "/data/sex"
    assert {(each.code, each.pointer) for each in built.others} == {
        ("unknown_word", "/data/sex"),
        ("ambiguous_date", "/time"),
        ("schema_violation", "/data/status"),
        ("schema_violation", "/subject"),
    }
    assert _read(RIGHT).others == ()
    assert _read({**RIGHT, "operation": "void", "status": ""}).others == ()


def test_ragged_rows() -> None:
    header = read_header([*RIGHT, ""], PERSON, Profile(), needs_city=False)
    reader = RowReader(PERSON, header, Profile(), {}, workbook=False)
    cells = list(RIGHT.values())
    assert reader.read(cells).refusal is None
    assert reader.read([*cells, "", " "]).refusal is None
    for wrong in (cells[:-1], [*cells, "x"], [*cells, "", "x"], []):
        refusal = reader.read(wrong).refusal
        assert refusal is not None
        assert refusal.code == "ragged_row"


def test_short_row_of_a_workbook__ends_with_its_last_filled_cell() -> None:
    header = read_header([*RIGHT, "", "desk"], PERSON, Profile(), needs_city=False)
    reader = RowReader(PERSON, header, Profile(), {}, workbook=True)
    assert reader.read(list(RIGHT.values())).refusal is None


def test_what_is_unlikely__is_taken_with_a_warning() -> None:
    built = _read({**RIGHT, "household_size": "45"})
    assert built.refusal is None
    assert [(each.pointer, each.code) for each in built.warnings] == [("/data/household_size", "implausible")]


def test_lists_and_parts_of_parts() -> None:
    row = {**RIGHT, "needs": "housing; legal ;", "lnob": "", "desk": "'=desk 4"}
    data = _read(row).event["data"]
    assert data["needs"] == ["housing", "legal"]
    assert "lnob" not in data
    assert data["desk"] == "=desk 4"


_CELL = st.none() | st.booleans() | st.integers() | st.floats() | st.dates() | st.datetimes() | st.times() | st.text()


@given(st.lists(_CELL, max_size=30), st.sampled_from(sorted(contracts())), st.booleans())
def test_any_cells__give_an_event_or_a_reason(cells: Sequence[Cell], type: str, workbook: bool) -> None:
    contract = contracts()[type]
    names = [column.name for column in template_columns(contract)]
    reader = RowReader(
        contract, read_header(names, contract, Profile(), needs_city=True), Profile(), {}, workbook=workbook
    )
    built = reader.read([*cells, *[date(2026, 3, 2)] * 30][: len(names)])
    assert built.refusal is None or built.refusal.say("en")
