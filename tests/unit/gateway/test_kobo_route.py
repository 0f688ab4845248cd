"""POST /v1/kobo/{form} without Kafka and Postgres: what needs no memory is taken, and only 503 asks for a retry."""

from __future__ import annotations

import asyncio
from typing import Any

import httpx
import pytest

from ingestion.gateway import answers, database, kobo_answers
from ingestion.gateway.answers import Problem
from ingestion.gateway.kobo_answers import for_kobo
from tests.unit.gateway.in_process import API_KEY, leave_key_copy, running, settings_without_servers

FORM = """\
form: counts
programme: CM
partner: registry
source: https://registry.example/kobo
city: ADAMA
events:
  - type: arrival.counted.v1
    fields:
      direction: {value: in}
      count: people
      place_name: {value: north gate}
      estimate: {value: no}
"""


def submission(number: int = 1, edit: int | None = None, **changes: Any) -> dict[str, Any]:
    """Number `number`, as it came or as it was edited."""
    root = f"00000000-0000-4000-8000-{number:012d}"
    return {
        "_id": number,
        "_uuid": root if edit is None else f"11111111-0000-4000-8000-{edit:012d}",
        "meta/rootUuid": f"uuid:{root}",
        "_submission_time": "2026-03-02T06:25:11",
        "people": "12",
        **changes,
    }


#: Name of a request -> form, body.
REQUESTS: dict[str, tuple[str, Any]] = {
    "original": ("counts", submission()),
    "again": ("counts", submission()),
    "edit": ("counts", submission(edit=1)),
    "broken form": ("broken", submission()),
    "refused": ("counts", submission(2, people="a dozen")),
    "nul": ("counts", submission(3, people="1\0")),
}
WRONG_KEY = "ck_00000000_" + "B" * 43


@pytest.fixture(scope="module")
def answered(tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[httpx.Response]]:
    """The answers of one gateway to REQUESTS, and to 30 requests at once with a wrong key."""
    home = tmp_path_factory.mktemp("stack")
    settings = settings_without_servers(home)
    leave_key_copy(home)
    (home / "forms").mkdir()
    (home / "forms" / "counts.yaml").write_text(FORM, encoding="utf-8")
    (home / "forms" / "broken.yaml").write_text("form: broken\n", encoding="utf-8")

    async def ask() -> dict[str, list[httpx.Response]]:
        async with running(settings, env={"CORRIDOR_KOBO_FORMS": str(home / "forms")}) as client:

            async def post(form: str, body: Any, key: str) -> httpx.Response:
                return await client.post(f"/v1/kobo/{form}", json=body, headers={"X-API-Key": key})

            found = {name: [await post(form, body, API_KEY)] for name, (form, body) in REQUESTS.items()}
            found["wrong key"] = await asyncio.gather(*(post("counts", {}, WRONG_KEY) for _ in range(30)))
            return found

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(database, "PATIENCE_SECONDS", 0.05)
        return asyncio.run(ask())


Answered = dict[str, list[httpx.Response]]


def test_original__is_taken_without_postgres(answered: Answered) -> None:
    (first,), (again,) = answered["original"], answered["again"]
    assert first.status_code == 202, first.text
    assert first.json()["accepted"] == 1
    assert first.headers["location"] == f"/v1/receipts/{first.json()['receipt']}"
    assert (again.status_code, again.json()["duplicates"]) == (202, 1)


def test_edit__waits_for_postgres(answered: Answered) -> None:
    (answer,) = answered["edit"]
    assert (answer.status_code, answer.json()["code"]) == (503, "kobo_edit_later")
    assert "retry-after" in answer.headers


def test_broken_form__is_retried(answered: Answered) -> None:
    (answer,) = answered["broken form"]
    assert (answer.status_code, answer.json()["code"]) == (503, "kobo_form_broken")


def test_too_many_requests__is_503_and_never_429(answered: Answered) -> None:
    assert {answer.status_code for answer in answered["wrong key"]} == {401, 503}


def test_refused_value__names_the_question(answered: Answered) -> None:
    (answer,) = answered["refused"]
    assert answer.status_code == 422
    (result,) = answer.json()["results"]
    assert (result["question"], result["pointer"]) == ("people", "/data/count")


def test_nul__is_refused(answered: Answered) -> None:
    assert answered["nul"][0].status_code == 422


PROBLEMS = [each for module in (answers, kobo_answers) for each in vars(module).values() if isinstance(each, Problem)]


@pytest.mark.parametrize("problem", PROBLEMS, ids=lambda problem: problem.code)
def test_every_problem__is_503_or_final(problem: Problem) -> None:
    status = for_kobo(problem).status
    assert status == 503 or status in (400, 401, 403, 404, 405, 411, 413, 414, 415, 422, 431)
