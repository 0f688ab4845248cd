"""Files of events: typed by the contract, with ids that follow from the content."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from ingestion.event_files import EventFileError, read_events

HEADER = "type,time,subject,city,data.person_id,data.sex,data.household_size,data.needs"
ROW = "person.registered.v1,2026-03-02T09:15:00+03:00,r-1,ADAMA,P-1,female,4,housing; legal"


def _file(folder: Path, name: str, text: str) -> Path:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def _read(path: Path, **defaults: str) -> list[dict[str, Any]]:
    return [row.event for row in read_events(path, defaults)]


def test_csv__cells_get_the_type_of_the_contract(tmp_path: Path) -> None:
    event = _read(_file(tmp_path, "a.csv", f"\ufeff{HEADER}\n{ROW}\n"), source="urn:x:")[0]
    assert event["specversion"] == "1.0"
    assert event["source"] == "urn:x:"
    assert event["data"] == {"person_id": "P-1", "sex": "female", "household_size": 4, "needs": ["housing", "legal"]}


def test_csv__nested_fields_booleans_and_empty_cells(tmp_path: Path) -> None:
    header = "type,subject,recordversion,data.place.level,data.place.code,data.period.inferred,data.value,data.note"
    row = "result.reported.v1,s-1,2,none,null,yes,6.50,"
    event = _read(_file(tmp_path, "a.csv", f"{header}\n{row}\n"))[0]
    assert event["recordversion"] == 2
    assert event["data"] == {
        "place": {"level": "none", "code": None},
        "period": {"inferred": True},
        "value": "6.50",
    }


def test_csv__a_cell_of_another_form_is_left_for_the_gateway(tmp_path: Path) -> None:
    event = _read(_file(tmp_path, "a.csv", f"{HEADER}\n{ROW.replace(',4,', ',four,')}\n"))[0]
    assert event["data"]["household_size"] == "four"


def test_id__follows_from_the_content_but_not_from_the_identifier(tmp_path: Path) -> None:
    rows = [ROW, ROW.replace("P-1", "P-2"), ROW.replace("female", "male"), ROW.replace("r-1", "r-2")]
    events = _read(_file(tmp_path, "a.csv", "\n".join([HEADER, *rows])))
    ids = [event["id"] for event in events]
    assert ids[0] == ids[1], "whoever knows the other fields must not be able to try identifiers out"
    assert len(set(ids)) == 3
    again = _read(_file(tmp_path, "b.csv", "\n".join([HEADER, *rows])))
    assert [event["id"] for event in again] == ids


def test_json_lines__with_their_line_numbers(tmp_path: Path) -> None:
    path = _file(tmp_path, "a.jsonl", '{"id": "1"}\n\n{"id": "2", "specversion": "1.0"}\n')
    assert [(row.line, row.event["id"]) for row in read_events(path)] == [(1, "1"), (3, "2")]


@pytest.mark.parametrize(
    ("name", "text", "words"),
    [
        ("a.jsonl", '{"id": "1"}\n{', "line 2 is not valid JSON"),
        ("a.jsonl", "[1]\n", "line 1 is not a JSON object"),
        ("a.csv", "type,data.sex\nx,y\n", "no column `subject`"),
        ("a.csv", "", "no column `subject`"),
        ("a.csv", "subject,type\na\n", "line 2 has more or fewer cells"),
        ("a.csv", "subject,type\na,b,c\n", "line 2 has more or fewer cells"),
    ],
)
def test_broken_file__names_the_line(tmp_path: Path, name: str, text: str, words: str) -> None:
    with pytest.raises(EventFileError, match=words):
        _read(_file(tmp_path, name, text))


def test_other_encodings__say_what_to_do(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    path.write_bytes(json.dumps({"id": "\u00e9"}, ensure_ascii=False).encode("latin-1"))
    with pytest.raises(EventFileError, match="UTF-8"):
        _read(path)
