"""Files sent to a real gateway: taken, corrected, taken back, mended, sent twice at once, and cut off in the middle."""

from __future__ import annotations

import asyncio
import csv
import json
import re
from collections.abc import AsyncIterator, Iterator
from concurrent.futures import ThreadPoolExecutor
from io import BytesIO, StringIO
from typing import Any

import httpx
import psycopg
import pytest
from openpyxl import Workbook, load_workbook

from infra.settings import Settings
from tests.gateways import run_gateway
from tests.integration.files_rig import COLUMNS, PERSONS, FilesRig, files_rig, person, table
from tests.support import wait_for

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
COUNTS = ("rows", "accepted", "corrected", "voided", "unchanged", "rejected")


@pytest.fixture
def rig(stack: Settings, tmp_path_factory: pytest.TempPathFactory) -> Iterator[FilesRig]:
    with files_rig(stack, tmp_path_factory.mktemp("files")) as made:
        yield made


@pytest.fixture(scope="module")
def shared(stack: Settings, tmp_path_factory: pytest.TempPathFactory) -> Iterator[FilesRig]:
    with files_rig(stack, tmp_path_factory.mktemp("shared")) as made:
        yield made


def _counts(answer: httpx.Response) -> dict[str, int]:
    """The counts that are not 0."""
    body = answer.json()
    return {name: body[name] for name in COUNTS if body[name]}


def _book(*rows: dict[str, Any]) -> bytes:
    book = Workbook()
    sheet = book.worksheets[0]
    sheet.append(COLUMNS)
    for row in rows:
        sheet.append([row[name] for name in COLUMNS])
    file = BytesIO()
    book.save(file)
    return file.getvalue()


def test_life_of_a_file__corrections_reversions_and_voids(rig: FilesRig) -> None:
    first = table(*[person(n) for n in range(4)])
    answer = rig.send(first)
    assert answer.status_code == 202
    assert _counts(answer) == {"rows": 4, "accepted": 4}
    assert answer.headers["location"] == f"/v1/receipts/{answer.json()['receipt']}"
    receipt = rig.get(answer.headers["location"])
    assert receipt.status_code == 200, receipt.text

    changed = table(person(0), person(1, sex="male"), person(2), person(3))
    assert _counts(rig.send(changed)) == {"rows": 4, "corrected": 1, "unchanged": 3}
    assert _counts(rig.send(changed)) == {"rows": 4, "unchanged": 4}
    assert _counts(rig.send(first)) == {"rows": 4, "corrected": 1, "unchanged": 3}  # A, B, A ends as A
    gone = table(person(2, operation="void", sex="no matter", time=""), person(77, operation="void"))
    answer = rig.send(gone)
    assert _counts(answer) == {"rows": 2, "voided": 1, "rejected": 1}
    assert answer.json()["results"][0]["code"] == "nothing_to_void"
    assert _counts(rig.send(gone)) == {"rows": 2, "unchanged": 1, "rejected": 1}
    assert _counts(rig.send(first)) == {"rows": 4, "corrected": 1, "unchanged": 3}  # and back again

    latest = rig.latest(8)
    assert {name: (event["recordversion"], event["operation"]) for name, event in latest.items()} == {
        "R-00000": (1, "create"),
        "R-00001": (3, "correct"),
        "R-00002": (3, "correct"),
        "R-00003": (1, "create"),
    }
    assert latest["R-00001"]["data"]["sex"] == "female"
    void = next(
        event for event in rig.accepted.records if event.get("operation") == "void" and event["partner"] == rig.name
    )
    assert (void["time"], void["city"], void["data"]) == ("2026-03-02T09:00:00Z", "ADAMA", {})
    ids = [event["id"] for event in rig.accepted.records if event.get("partner") == rig.name]
    assert len(ids) == len(set(ids)) == 8


def test_refused_rows__come_back_in_their_columns_and_can_be_mended(shared: FilesRig) -> None:
    rig = shared
    wrong = [
        person(3001, sex="boy"),
        person(3002, time="03/04/2026"),
        person(3003, person_id="=cmd()", status="what", age_band=""),
    ]
    answer = rig.send(table(person(3000), *wrong, delimiter=";"), **{"Accept-Language": "fr"})
    assert _counts(answer) == {"rows": 4, "accepted": 1, "rejected": 3}
    said = [(each["row"], each["column"], each["code"]) for each in answer.json()["results"]]
    assert said == [(3, "sex", "unknown_word"), (4, "time", "ambiguous_date"), (5, "status", "unknown_word")]
    also = [{"column": "age_band", "code": "schema_violation", "detail": "age_band manque."}]
    assert [each.get("also") for each in answer.json()["results"]] == [None, None, also]
    kept = answer.json()["rejected_rows"]
    mark = answer.json()["receipt"].split("_")[1]
    refused = [each for each in rig.rejected.wait(3, partner=rig.name) if mark in each["receipt"]]
    assert sorted(each["id"] for each in refused) == ["row-3", "row-4", "row-5"], "by which a receipt names them"

    returned = rig.get(kept["csv"], **{"Accept-Language": "fr"})
    assert returned.status_code == 200
    lines = list(csv.reader(StringIO(returned.text.removeprefix("\ufeff")), delimiter=";"))
    assert lines[0][:-1] == list(COLUMNS)
    assert lines[0][-1] == "À corriger"
    assert lines[3][COLUMNS.index("person_id")] == "'=cmd()"
    assert lines[3][-1].endswith(" age_band manque."), "all that is to be mended stands beside the row"
    mended = returned.text.replace("boy", "male").replace("03/04/2026", "2026-04-03")
    mended = mended.replace(";;what;", ";25-34;refugee;")
    assert _counts(rig.send(mended)) == {"rows": 3, "accepted": 3}

    book = load_workbook(BytesIO(rig.get(kept["xlsx"]).content))
    cells = list(book.worksheets[0].iter_rows(values_only=True))
    assert cells[3][: len(COLUMNS)] == tuple(wrong[2][name] or None for name in COLUMNS)
    assert all(cell.data_type == "s" for cell in book.worksheets[0][4] if cell.value is not None)


def test_refused_rows__open_with_the_key_that_sent_them_and_nothing_else(rig: FilesRig) -> None:
    answer = rig.send(table(person(1, sex="boy", person_id="Telltale 4711")))
    assert answer.status_code == 422
    kept = answer.json()["rejected_rows"]
    assert rig.get(kept["csv"]).status_code == 200
    other = rig.get(kept["csv"], key=rig.make_key())
    assert (other.status_code, other.json()["code"]) == (404, "no_rejected_rows")
    stored = rig.owner.execute("select sealed from ops.file_rejections").fetchall()
    assert stored
    assert all(b"elltale" not in bytes(sealed) for (sealed,) in stored)
    state = rig.owner.execute("select f::text from ops.file_rows f").fetchall()
    rig.rejected.wait(1, partner=rig.name)
    assert "elltale" not in str(state) + str(rig.rejected.raw) + rig.gateway.log()
    rig.owner.execute("update ops.file_rejections set kept_until = now() - interval '1 second'")
    assert rig.get(kept["csv"]).status_code == 404
    rig.send(table(person(2, sex="boy")))
    assert rig.owner.execute("select count(distinct file_id) from ops.file_rejections").fetchone() == (1,)


def test_workbook__and_answers_as_a_file_or_line_by_line(shared: FilesRig) -> None:
    rig = shared
    content = _book(person(4000), person(4001, sex="=1+1"), {**person(4002), "age_band": 7.25})
    answer = rig.send(content, **{"Accept": XLSX})
    assert answer.status_code == 202
    assert answer.headers["corridor-accepted"] == "1"
    rows = list(load_workbook(BytesIO(answer.content)).worksheets[0].iter_rows(values_only=True))
    assert len(rows) == 3
    assert "formula" in str(rows[1][-1])
    lines = [json.loads(line) for line in rig.send(content, Accept="application/x-ndjson").text.splitlines()]
    assert lines[-1]["done"] is True
    assert (lines[-1]["unchanged"], lines[-1]["rejected"], lines[-1]["status"]) == (1, 2, 202)


def test_form__as_a_browser_sends_it(shared: FilesRig) -> None:
    rig = shared
    answer = httpx.post(
        f"{rig.gateway.url}/v1/files",
        data={"type": PERSONS},
        files={"file": ("März.csv", table(person(5000), person(5001)).encode(), "text/csv")},
        headers={"X-API-Key": rig.key},
        timeout=60,
    )
    assert _counts(answer) == {"rows": 2, "accepted": 2}
    empty = httpx.post(
        f"{rig.gateway.url}/v1/files", files={"x": (None, b"1")}, headers={"X-API-Key": rig.key}, timeout=60
    )
    assert (empty.status_code, empty.json()["code"]) == (400, "no_file")


def test_profile__declares_what_would_else_be_refused(rig: FilesRig) -> None:
    content = table(person(0, time="24/06/2018", sex="F"))
    assert _counts(rig.send(content)) == {"rows": 1, "rejected": 1}
    profile = "dates: {order: day-first, calendar: ethiopian}\nwords: {sex: {F: female}}\n"
    (rig.profiles / f"{rig.name}.yaml").write_text(profile, encoding="utf-8")
    assert _counts(rig.send(content)) == {"rows": 1, "accepted": 1}
    assert rig.latest(1)["R-00000"]["time"] == "2026-03-03T09:00:00Z"
    (rig.profiles / f"{rig.name}.yaml").write_text("dates: 7", encoding="utf-8")
    broken = rig.send(content)
    assert (broken.status_code, broken.json()["code"]) == (503, "profile_broken")


@pytest.mark.parametrize(
    ("content", "status", "code"),
    [
        (b"", 422, "empty_file"),
        (b"name,phone\nx,1\n", 422, "no_record_id"),
        (table(person(1)).encode("utf-16"), 422, "wrong_encoding"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", 422, "not_xlsx"),
        (b"PK\x03\x04" + b"x" * 100, 422, "not_xlsx"),
        (b"PK\x03\x04" + b"x" * (20 * 2**20), 413, "xlsx_too_large"),
    ],
)
def test_files_that_are_refused_as_a_whole(shared: FilesRig, content: bytes, status: int, code: str) -> None:
    answer = shared.send(content)
    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert answer.json()["rows"] == 0


def test_trouble_in_the_middle__says_what_was_taken(shared: FilesRig) -> None:
    good = table(*[person(1000 + n) for n in range(10)]).encode()
    answer = shared.send(good + b"R-9,caf\xe9\r\n" + good)
    assert (answer.status_code, answer.json()["code"]) == (422, "wrong_encoding")
    assert "row 12" in answer.json()["detail"]
    assert _counts(answer) == {"rows": 10, "accepted": 10}


def test_rows_of_one_file__with_one_record_id_nul_or_too_few_cells(shared: FilesRig) -> None:
    lines = table(person(2000), person(2000, sex="male"), person(2001, sex="\0"), person(2002, person_id="a\0b"))
    answer = shared.send(lines + "R-2003,2026-03-02\r\n")
    assert [(each["row"], each["code"]) for each in answer.json()["results"]] == [
        (3, "record_id_twice"),
        (4, "unknown_word"),
        (5, "invalid_envelope"),
        (6, "ragged_row"),
    ]
    assert _counts(answer) == {"rows": 5, "accepted": 1, "rejected": 4}


def test_scope_of_the_key(shared: FilesRig) -> None:
    other_type = shared.make_key(types=["arrival.counted.v1"])
    answer = shared.send(table(person(1)), key=other_type)
    assert (answer.status_code, answer.json()["code"]) == (403, "out_of_scope")
    other_city = shared.make_key(cities=["ARUA"])
    assert shared.send(table(person(1)), key=other_city).json()["results"][0]["column"] == "city"
    assert shared.send(table(person(1)), key="ck_00000000_" + "A" * 43).status_code == 401


def test_use_of_the_key__is_counted_once_a_file_with_its_rows(shared: FilesRig) -> None:
    key = shared.make_key()
    for headers in ({}, {"Accept": "application/x-ndjson"}):
        assert shared.send(table(person(6000), person(6001, sex="boy")), key=key, **headers).status_code < 300
    query = (
        "select sum(requests), sum(accepted), sum(rejected) from ops.key_use where key_id = %s and route = '/v1/files'"
    )

    def look() -> bool:
        row = shared.owner.execute(query, [key.split("_")[1]]).fetchone()
        return row is not None and row[0] is not None and row[0] >= 2

    wait_for(look, 30, "the use of the key")
    assert shared.owner.execute(query, [key.split("_")[1]]).fetchone() == (2, 1, 2)


def test_file_of_the_pages__shows_its_rows_being_checked_and_counts_for_the_key(shared: FilesRig) -> None:
    key = shared.make_key()
    with httpx.Client(base_url=shared.gateway.url, timeout=30) as browser:
        assert browser.post("/partner/sign-in", data={"key": key}).status_code == 303
        token = re.search(r'name="form_token" value="([^"]+)"', browser.get("/partner/files").text)
        assert token is not None
        answer = browser.post(
            "/partner/files",
            params={"type": PERSONS},
            data={"form_token": token[1]},
            files={"file": ("a.csv", table(person(6100, sex="boy"), *map(person, range(6101, 8600))).encode())},
        )
    assert answer.status_code == 200
    assert answer.text.index("1,000 rows checked") < answer.text.index("Some rows were refused")
    query = """select sum(requests)::int, sum(accepted)::int, sum(rejected)::int
        from ops.key_use where key_id = %s and route = '/partner/files'"""

    def look() -> bool:
        row = shared.owner.execute(query, [key.split("_")[1]]).fetchone()
        return row == (2, 2499, 1)  # the form was opened once and sent once

    wait_for(look, 30, "the file in the log of key use")


def test_third_file_at_once__is_sent_away_and_hears_why(shared: FilesRig) -> None:
    content = table(*[person(10_000 + n) for n in range(30_000)])
    with ThreadPoolExecutor(5) as pool:
        answers = list(pool.map(lambda n: shared.send(content.replace("R-", f"{n}-")), range(5)))
    assert {answer.status_code for answer in answers} == {202, 503}
    refused = [answer for answer in answers if answer.status_code == 503]
    assert {answer.json()["code"] for answer in refused} == {"too_many_files"}
    assert all(answer.headers["retry-after"] for answer in refused)
    assert _counts(shared.send(table(person(9_000)))) == {"rows": 1, "accepted": 1}


def test_file_of_an_unknown_type__is_answered_however_large(shared: FilesRig) -> None:
    answer = shared.send(table(person(1)) * 50_000, type="person.sneezed.v1")
    assert (answer.status_code, answer.json()["code"]) == (422, "unknown_type")


def test_same_file_twice_at_once__counts_once(rig: FilesRig) -> None:
    content = table(*[person(n) for n in range(3000)])
    with ThreadPoolExecutor(2) as pool:
        answers = list(pool.map(lambda _: rig.send(content), range(2)))
    assert [answer.status_code for answer in answers] == [202, 202]
    assert all(answer.json()["rows"] == 3000 and answer.json()["rejected"] == 0 for answer in answers)
    events = _distinct(rig, 3000)  # both may write one event: it is the same one
    assert {event["recordversion"] for event in events.values()} == {1}
    assert rig.owner.execute("select count(*), bool_and(settled) from ops.file_rows").fetchone() == (3000, True)


def test_crash_between_log_and_settling__sends_the_same_event_again(rig: FilesRig) -> None:
    first, second = table(person(0)), table(person(0, sex="male"))
    rig.send(first)
    rig.send(second)
    rig.owner.execute("update ops.file_rows set settled = false")  # as a crash right after the log's answer leaves it
    assert _counts(rig.send(second)) == {"rows": 1, "unchanged": 1}  # the gateway still remembers the id
    rig.owner.execute("update ops.file_rows set settled = false")
    assert _counts(rig.send(first)) == {"rows": 1, "corrected": 1}
    latest = rig.latest(3)["R-00000"]
    assert (latest["recordversion"], latest["data"]["sex"]) == (3, "female")


def test_gateway_killed_in_the_middle_of_a_file__sending_again_completes_it(rig: FilesRig, tmp_path: Any) -> None:
    content = table(*[person(n) for n in range(6000)]).encode()

    async def cut() -> None:
        async def body() -> AsyncIterator[bytes]:
            yield content[: len(content) // 2]
            await asyncio.to_thread(wait_for, lambda: _known(rig.owner) > 500, 30, "rows to be stored", 0.02)
            rig.gateway.kill()
            yield b""

        async with httpx.AsyncClient(timeout=30) as client:
            with pytest.raises(httpx.TransportError):
                await client.post(
                    f"{rig.gateway.url}/v1/files",
                    params={"type": PERSONS},
                    content=body(),
                    headers={"X-API-Key": rig.key},
                )

    asyncio.run(cut())
    with run_gateway(rig.settings, tmp_path / "again") as gateway:
        rig.gateway = gateway
        answer = rig.send(content)
        assert answer.status_code == 202
        assert answer.json()["rows"] == 6000
        assert answer.json()["rejected"] == answer.json()["corrected"] == 0
        events = _distinct(rig, 6000)
    assert {event["subject"] for event in events.values()} == {f"R-{n:05}" for n in range(6000)}
    assert {event["recordversion"] for event in events.values()} == {1}


def test_postgres_away_or_broken__is_said_and_nothing_is_half_known(rig: FilesRig) -> None:
    rig.send(table(person(0)))
    rig.owner.execute("alter table ops.file_rows rename to away")
    broken = rig.send(table(person(1)))
    rig.owner.execute("alter table ops.away rename to file_rows")
    assert (broken.status_code, broken.json()["code"]) == (500, "internal_error")
    assert "UndefinedTable" in rig.gateway.log()
    lock = psycopg.connect(rig.settings.dsn("owner"))
    lock.execute("lock table ops.file_rows in access exclusive mode")
    answer = rig.send(table(person(1)))
    lock.close()
    assert (answer.status_code, answer.json()["code"]) == (503, "database_unavailable")
    assert answer.headers["retry-after"]
    assert _counts(rig.send(table(person(0), person(1)))) == {"rows": 2, "accepted": 1, "unchanged": 1}


def _distinct(rig: FilesRig, count: int) -> dict[str, dict[str, Any]]:
    """The events in the log by id, once there are `count`."""

    def look() -> dict[str, dict[str, Any]] | None:
        found = {event["id"]: event for event in rig.accepted.wait(1, partner=rig.name)}
        return found if len(found) >= count else None

    found = wait_for(look, 30, f"{count} events")
    assert len(found) == count
    return found


def _known(owner: psycopg.Connection[Any]) -> int:
    row = owner.execute("select count(*) from ops.file_rows where settled").fetchone()
    assert row is not None
    return int(row[0])
