"""The worked example of docs/city-partner/files.md, a long file whose answer grows, and two files that disagree."""

from __future__ import annotations

import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from io import BytesIO
from typing import Any

import httpx
import pytest
from openpyxl import Workbook, load_workbook

from infra.settings import Settings
from tests.integration.files_rig import FilesRig, files_rig, person, table
from tests.support import wait_for

TRAINING = "training.completed.v1"


@pytest.fixture(scope="module")
def rig(stack: Settings, tmp_path_factory: pytest.TempPathFactory) -> Iterator[FilesRig]:
    with files_rig(stack, tmp_path_factory.mktemp("files")) as running:
        yield running


def _counts(answer: httpx.Response) -> tuple[int, ...]:
    """Accepted, corrected, voided, unchanged, rejected."""
    body = answer.json()
    counts = tuple(body[name] for name in ("accepted", "corrected", "voided", "unchanged", "rejected"))
    assert body["rows"] == sum(counts), body
    return counts


def _bytes(book: Workbook) -> bytes:
    file = BytesIO()
    book.save(file)
    return file.getvalue()


def test_the_example_of_the_guide(rig: FilesRig) -> None:
    template = httpx.get(f"{rig.gateway.url}/v1/templates/{TRAINING}.xlsx", params={"lang": "fr"})
    book = load_workbook(BytesIO(template.content))
    names = [cell.value for cell in book.worksheets[0][1]]
    day = "2026-03-02"
    rows: list[dict[str, Any]] = [
        {"record_id": "T-001", "time": day, "sex": "female", "status": "refugee", "certificate": "yes"},
        {"record_id": "T-002", "time": day, "sex": "male", "status": "host", "certificate": "yes"},
        {"record_id": "T-003", "time": "03/04/2026", "sex": "Femme", "status": "refugee", "certificate": "oui"},
        {"record_id": "T-004", "time": day, "sex": "male", "status": "refugee", "certificate": "yes"},
    ]
    rows[3]["course"] = "Welding, call 0911 234567"

    def send() -> httpx.Response:
        for number, row in enumerate(rows, start=2):
            filled = {"person_id": f"AD {number}", "age_band": "25-34", "course": "Tailoring", "hours": 120, **row}
            for name, value in filled.items():
                book.worksheets[0].cell(number, names.index(name) + 1, value)
        return rig.send(_bytes(book), type=TRAINING)

    first = send()
    assert _counts(first) == (1, 0, 0, 0, 3)
    assert [(each["row"], each["column"], each["code"]) for each in first.json()["results"]] == [
        (3, "status", "unknown_word"),
        (4, "time", "ambiguous_date"),
        (5, "course", "personal_data"),
    ]
    back = load_workbook(BytesIO(rig.get(first.json()["rejected_rows"]["xlsx"]).content))
    sheet = back.worksheets[0]
    assert [cell.value for cell in sheet[1]] == [*names, "What to mend"]
    sheet.cell(2, names.index("status") + 1, "host_community")
    sheet.cell(3, names.index("time") + 1, "2026-04-03")
    sheet.cell(4, names.index("course") + 1, "Welding")
    assert _counts(rig.send(_bytes(back), type=TRAINING)) == (3, 0, 0, 0, 0)
    rows[1]["status"], rows[2]["time"], rows[3]["course"] = "host_community", "2026-04-03", "Welding"
    assert _counts(send()) == (0, 0, 0, 4, 0)
    rows[0]["hours"], rows[3]["operation"] = 140, "void"
    assert _counts(send()) == (0, 1, 1, 2, 0)
    assert _counts(send()) == (0, 0, 0, 4, 0)
    latest = rig.latest(6)
    assert {subject: event["operation"] for subject, event in latest.items()} == {
        "T-001": "correct", "T-002": "create", "T-003": "create", "T-004": "void",
    }  # fmt: skip
    assert latest["T-001"]["data"]["hours"] == 140
    assert (latest["T-003"]["time"], latest["T-003"]["timeprecision"]) == ("2026-04-03T09:00:00Z", "day")


def test_an_answer_that_grows__does_not_lose_the_rest_of_a_long_file(rig: FilesRig) -> None:
    rows = table(*(person(number) for number in range(2000, 12_000)))
    answer = rig.send(rows, Accept="application/x-ndjson")
    lines = [json.loads(line) for line in answer.text.splitlines()]
    counted = [line["rows"] for line in lines]
    assert counted == sorted(counted)
    assert len(set(counted)) > 5
    assert (lines[-1]["done"], lines[-1]["status"], lines[-1]["accepted"]) == (True, 202, 10_000)
    assert rig.get(f"/v1/receipts/{lines[-1]['receipt']}").json()["events"] == 10_000


def test_two_files_that_disagree__give_no_version_two_contents(rig: FilesRig) -> None:
    women, men = (table(*(person(n, sex=sex) for n in range(20_000, 20_600))) for sex in ("female", "male"))
    with ThreadPoolExecutor(2) as pool:
        answers = list(pool.map(rig.send, (women, men, women, men)))
    assert all(sum(_counts(answer)[:2] + _counts(answer)[3:4]) == 600 for answer in answers)
    query = "select subject, version from ops.file_rows where subject like 'R-20%'"
    state = dict(rig.owner.execute(query).fetchall())
    assert len(state) == 600
    contents: dict[tuple[str, int], set[str]] = {}

    def look() -> bool:
        for event in rig.accepted.wait(1, partner=rig.name):
            if event["subject"] in state:
                contents.setdefault((event["subject"], event["recordversion"]), set()).add(event["data"]["sex"])
        return all((subject, version) in contents for subject, version in state.items())

    wait_for(look, 20, "every version that the database knows to be in the log")
    assert all(len(sexes) == 1 for sexes in contents.values())
