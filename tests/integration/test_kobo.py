"""Submissions of KoboToolbox, pushed and pulled, until they stand in raw.events."""

from __future__ import annotations

import json
import os
import shutil
import socket
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import pytest

from infra.settings import REPO, Settings
from ingestion.kobo.api import KoboTrouble
from ingestion.kobo.door import PullRefused
from ingestion.kobo.reconcile import Pulled
from tests.gateways import free_port, run_gateway
from tests.integration.kobo_rig import ASSET, KoboRig, KoboStage, answers, kobo_rig, kobo_stage
from tests.kobo_server import Hook
from tests.support import wait_for


@pytest.fixture(scope="module")
def stage(stack: Settings, tmp_path_factory: pytest.TempPathFactory) -> Iterator[KoboStage]:
    with kobo_stage(stack, tmp_path_factory.mktemp("kobo")) as made:
        yield made


@pytest.fixture
def rig(stage: KoboStage) -> Iterator[KoboRig]:
    with kobo_rig(stage) as made:
        yield made


def test_life_of_a_submission__from_hook_and_pull_to_raw_events(rig: KoboRig) -> None:
    hook = rig.hook()
    sent = rig.kobo.submit(ASSET, answers("information", "legal"))
    status, message = hook.log[sent["_id"]]
    assert status == 202, message
    assert json.loads(message)["accepted"] == 3
    root = sent["_uuid"]

    again = rig.pull()  # what the hook sent is known
    assert (again.listed, again.sent) == (1, 0)

    rig.kobo.edit(ASSET, sent["_id"], {"person/age": "61", "services": [{"services/kind": "housing"}]})
    edited = rig.pull()
    assert (edited.sent, edited.accepted) == (1, 3)  # two corrected, one service voided
    rig.kobo.delete(ASSET, sent["_id"])
    rig.kobo.submit(ASSET, answers())
    deleted = rig.pull()
    assert (deleted.voided, deleted.accepted) == (1, 2)
    nothing = rig.pull()
    assert (nothing.sent, nothing.voided, nothing.accepted) == (0, 0, 0)

    rows = [row for row in rig.wait(9) if row[0].startswith(root)]
    assert [row[:3] for row in rows] == [
        (root, 1, "create"),
        (root, 2, "correct"),
        (root, 3, "void"),
        (f"{root}/services/1", 1, "create"),
        (f"{root}/services/1", 2, "correct"),
        (f"{root}/services/1", 3, "void"),
        (f"{root}/services/2", 1, "create"),
        (f"{root}/services/2", 2, "void"),
    ]
    assert rows[1][3]["age_band"] == "60+"
    assert rows[4][3]["service_type"] == "housing"
    said = json.dumps([row[3] for row in rows]) + json.dumps(rig.state(root), default=str)
    for trace in ("Amina", sent["person/card"], "field_worker_7", "8.54"):
        assert trace not in said


def test_hook_and_pull_at_once__give_one_record(rig: KoboRig) -> None:
    sent = [rig.kobo.submit(ASSET, answers("information")) for _ in range(12)]
    pushing = threading.Thread(target=lambda: [rig.post(each) for each in sent])
    pushing.start()
    rig.pull()
    pushing.join()
    rig.pull()
    assert {row[1:3] for row in rig.wait(24)} == {(1, "create")}


def test_outage_longer_than_kobos_patience__is_mended_by_the_pull(rig: KoboRig) -> None:
    hook = Hook(f"http://127.0.0.1:{free_port()}/v1/kobo/{rig.name}")  # nobody answers there
    rig.kobo.hook = hook
    lost = rig.kobo.submit(ASSET, answers())
    assert hook.log[lost["_id"]][0] is None
    assert not hook.waiting, "a refused connection is final in KoboToolbox"
    rig.kobo.edit(ASSET, lost["_id"], {"person/age": "20"})
    assert rig.pull().accepted == 1
    assert [row[:3] for row in rig.wait(1)] == [(lost["meta/rootUuid"].removeprefix("uuid:"), 2, "correct")]


def test_rate_limit__is_met_by_kobos_own_retries(rig: KoboRig, make_key: Callable[..., str]) -> None:
    slow = make_key(programme="OPS", partner=rig.name, source_prefix=f"urn:{rig.name}:", requests_per_second=2)
    hook = rig.hook(headers={"X-API-Key": slow})
    numbers = [rig.kobo.submit(ASSET, answers())["_id"] for _ in range(40)]
    assert {hook.log[number][0] for number in numbers} == {202, 503}

    def all_taken() -> bool:
        hook.retry_hooks(rig.kobo)
        return all(hook.log[number][0] == 202 for number in numbers)

    wait_for(all_taken, 60, "every submission to be taken", every=3.0)
    assert rig.pull().sent == 0


def test_consent_withdrawn_in_an_edit__voids(rig: KoboRig) -> None:
    sent = rig.kobo.submit(ASSET, answers())
    rig.pull()
    rig.kobo.edit(ASSET, sent["_id"], {"agrees": "no"})
    assert rig.pull().accepted == 1
    assert [row[1:3] for row in rig.wait(2)] == [(1, "create"), (2, "void")]


def test_kobo_that_fails_now_and_then__is_asked_again(rig: KoboRig) -> None:
    rig.kobo.failures[:] = [429, 503]
    assert rig.pull().refused == 0
    assert not rig.kobo.failures


def test_wrong_token__voids_nothing_and_says_what_to_do(rig: KoboRig) -> None:
    rig.kobo.token, right = "another", rig.kobo.token
    try:
        with pytest.raises(KoboTrouble, match="kobo_token is not valid") as caught:
            rig.pull()
        assert caught.value.is_final
    finally:
        rig.kobo.token = right


def test_lost_permission__does_not_void_a_city(rig: KoboRig) -> None:
    for _ in range(30):
        rig.kobo.submit(ASSET, answers())
    assert rig.pull().accepted == 30
    hidden = dict(rig.kobo.projects[ASSET])
    rig.kobo.projects[ASSET] = dict(list(hidden.items())[:20])
    with pytest.raises(PullRefused, match=r"10 of 30 submissions .* vanished"):
        rig.pull()
    rig.kobo.projects[ASSET] = {}
    with pytest.raises(PullRefused, match="lists no submission"):
        rig.pull()
    assert rig.owner.execute(
        "select count(*) from ops.kobo_submissions where form = %s and voided", [rig.name]
    ).fetchone() == (0,)

    rig.kobo.projects[ASSET] = dict(list(hidden.items())[:20])
    assert rig.pull(accept_deletions=True).voided == 10
    rig.kobo.projects[ASSET] = hidden  # they were only hidden after all
    assert rig.pull().sent == 10
    newest = {subject: (version, operation) for subject, version, operation, _ in rig.wait(50)}
    assert sorted(newest.values()) == [(1, "create")] * 20 + [(3, "correct")] * 10


def test_server_that_stops_giving_root_uuids__voids_nothing(rig: KoboRig) -> None:
    for _ in range(3):
        rig.kobo.submit(ASSET, answers())
    assert rig.pull().accepted == 3
    for submission in rig.kobo.projects[ASSET].values():
        del submission["meta/rootUuid"]
    with pytest.raises(PullRefused, match="without meta/rootUuid"):
        rig.pull()


def test_more_than_one_page__is_listed_and_read_whole(rig: KoboRig, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rig.kobo, "most_per_page", 50)
    for _ in range(123):
        rig.kobo.submit(ASSET, answers())
    pulled = rig.pull()
    assert (pulled.listed, pulled.sent, pulled.accepted) == (123, 123, 123)
    before = rig.kobo.requests
    assert rig.pull().sent == 0
    assert rig.kobo.requests - before == 4  # three pages of ids, and the empty one that is the end


def test_pull_killed_after_the_claim__is_finished_by_the_next(rig: KoboRig) -> None:
    sent = rig.kobo.submit(ASSET, answers("information"))
    root = sent["_uuid"]
    assert rig.pull().accepted == 2
    rig.kobo.edit(ASSET, sent["_id"], {"services": None, "person/age": "12"})
    with socket.create_server(("127.0.0.1", 0)) as silent:
        nowhere = {"CORRIDOR_GATEWAY_URL": f"http://127.0.0.1:{silent.getsockname()[1]}"}
        environment = {**os.environ, **rig.settings.env, **nowhere, "CORRIDOR_HOME": str(rig.settings.home)}
        command = [sys.executable, "-m", "infra.cli", "kobo", "pull", rig.name]
        with subprocess.Popen(command, cwd=REPO, env=environment, stdout=subprocess.DEVNULL) as pulling:
            try:
                wait_for(lambda: rig.state(root)["version"] == 2, 60, "the claim of the edit")
            finally:
                pulling.kill()
    assert rig.state(root)["settled"] is False
    # Postgres lets go of a killed client's lock a moment later.
    finished = wait_for(lambda: _pull_if_free(rig), 30, "the lock of the killed pull")
    assert finished.accepted == 2
    assert [row[:3] for row in rig.wait(4)] == [
        (root, 1, "create"),
        (root, 2, "correct"),
        (f"{root}/services/1", 1, "create"),
        (f"{root}/services/1", 2, "void"),
    ]


def _pull_if_free(rig: KoboRig) -> Pulled | None:
    try:
        return rig.pull()
    except PullRefused as refused:
        if "under way" not in str(refused):
            raise
        return None


def test_hook_without_postgres__gives_the_record_that_the_pull_gives(rig: KoboRig, tmp_path: Path) -> None:
    folder = tmp_path / "alone"
    folder.mkdir()
    assert rig.post({}).status_code == 422  # the gateway knows the key now, and so does its copy of the keys
    shutil.copy(rig.gateway.folder / "api_keys.json", folder)
    away = {"CORRIDOR_POSTGRES_ADMIN_URL": "postgresql://nobody:nothing@127.0.0.1:1/postgres"}
    forms = {"CORRIDOR_KOBO_FORMS": rig.settings.env["CORRIDOR_KOBO_FORMS"]}
    with run_gateway(rig.settings, folder, env={**away, **forms}) as gateway:
        rig.kobo.hook = Hook(f"{gateway.url}/v1/kobo/{rig.name}", headers={"X-API-Key": rig.key})
        sent = rig.kobo.submit(ASSET, answers("legal"))
        assert rig.kobo.hook.log[sent["_id"]][0] == 202, gateway.log()
        edited = rig.kobo.edit(ASSET, sent["_id"], {"person/age": "70"})
        rig.kobo.hook.send(rig.kobo, ASSET, edited["_id"])
        assert rig.kobo.hook.log[sent["_id"]][0] == 503
        assert rig.kobo.hook.waiting == [sent["_id"]]
    untouched = rig.kobo.submit(ASSET, answers())
    rig.post(untouched)
    rig.pull()
    assert sorted(row[:3] for row in rig.wait(5)) == sorted(
        [
            (sent["meta/rootUuid"].removeprefix("uuid:"), 1, "create"),
            (sent["meta/rootUuid"].removeprefix("uuid:"), 2, "correct"),
            (f"{sent['meta/rootUuid'].removeprefix('uuid:')}/services/1", 1, "create"),
            (f"{sent['meta/rootUuid'].removeprefix('uuid:')}/services/1", 2, "correct"),
            (untouched["_uuid"], 1, "create"),
        ]
    )


def test_dag__pulls_every_form_and_says_which_failed(rig: KoboRig) -> None:
    rig.kobo.submit(ASSET, answers())
    forms = Path(rig.settings.env["CORRIDOR_KOBO_FORMS"])
    (forms / "broken.yaml").write_text("form: broken\n", encoding="utf-8")
    environment = {**os.environ, **rig.settings.env, "CORRIDOR_HOME": str(rig.settings.home)}
    code = (
        "import runpy; dag = runpy.run_path('dags/pull_kobo.py')['dag']; "
        "print('schedule', dag.schedule is not None); print(dag.task_dict['pull'].python_callable(params={}))"
    )
    command = [sys.executable, "-W", "ignore", "-c", code]
    done = subprocess.run(command, cwd=REPO, env=environment, capture_output=True, text=True, timeout=120)
    assert "schedule True" in done.stdout
    assert "AirflowFailException" in done.stderr
    assert "broken.yaml, line 1" in done.stderr
    assert [row[1:3] for row in rig.wait(1)] == [(1, "create")], "the other form was pulled all the same"
    (forms / "broken.yaml").unlink()
    done = subprocess.run(command, cwd=REPO, env=environment, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
    assert "'listed': 1, 'sent': 0" in done.stdout


def test_partly_refused__is_202_with_the_question(rig: KoboRig) -> None:
    hook = rig.hook()
    sent = rig.kobo.submit(ASSET, answers("information", "astrology"))
    status, message = hook.log[sent["_id"]]
    assert status == 202
    (refused,) = [result for result in json.loads(message)["results"] if result["status"] == "rejected"]
    assert refused["question"] == "services/kind"
    assert refused["code"] == "schema_violation"
    assert rig.state(sent["_uuid"])["refused"] == [
        {"code": "schema_violation", "pointer": "/data/service_type", "question": "services/kind"}
    ]
    assert rig.pull().sent == 0, "what is refused is not sent again and again"
    assert rig.pull(again=True).refused == 1


def test_wholly_refused__is_final(rig: KoboRig) -> None:
    hook = rig.hook()
    sent = rig.kobo.submit(ASSET, answers(person__sex="unclear"))
    assert hook.log[sent["_id"]][0] == 422
    assert not hook.waiting


def test_unknown_question__is_refused_kept_and_taken_once_the_mapping_knows_it(rig: KoboRig) -> None:
    hook = rig.hook()
    sent = rig.kobo.submit(ASSET, answers(person__phone="+251911223344"))
    status, message = hook.log[sent["_id"]]
    assert status == 422
    problem = json.loads(message)
    assert problem["code"] == "kobo_unknown_question"
    assert "person/phone" in problem["detail"]
    query = "select code, detail from raw.rejected_events where receipt = %s"
    kept = wait_for(lambda: rig.owner.execute(query, [problem["receipt"][:26]]).fetchall(), 120, "the rejection in raw")
    assert kept == [("kobo_unknown_question", "The form has questions that the mapping does not know")]
    url = f"{rig.gateway.url}/v1/receipts/{problem['receipt']}"
    receipt = httpx.get(url, headers={"X-API-Key": rig.key}, timeout=30)
    assert receipt.status_code == 200
    assert "kobo_unknown_question" in receipt.text
    assert "+251911223344" not in receipt.text
    assert rig.pull().sent == 0

    path = Path(rig.settings.env["CORRIDOR_KOBO_FORMS"]) / f"{rig.name}.yaml"
    path.write_text(path.read_text().replace("[person/name]", "[person/name, person/phone]"), encoding="utf-8")
    assert rig.pull().accepted == 1
    path.write_text(path.read_text() + "# a remark changes no event\n", encoding="utf-8")
    assert rig.pull().sent == 0


def test_pulled_submission_that_cannot_be_mapped__is_kept_by_the_gateway(rig: KoboRig) -> None:
    sent = rig.kobo.submit(ASSET, answers(person__phone="+251911223344"))
    assert rig.pull().refused == 1
    assert rig.state(sent["_uuid"])["refused"][0]["code"] == "kobo_unknown_question"
    assert rig.pull().refused == 0


@pytest.mark.parametrize("auth", ["header", "basic"])
def test_key__in_header_or_as_password(rig: KoboRig, auth: str) -> None:
    hook = rig.hook() if auth == "header" else rig.hook(auth=("kobo", rig.key))
    sent = rig.kobo.submit(ASSET, answers())
    assert hook.log[sent["_id"]][0] == 202


@pytest.mark.parametrize(
    ("settings", "status", "said"),
    [
        ({"xml": True}, 415, "set Type to JSON"),
        ({"subset": ("person", "agrees")}, 422, "add to it: _uuid, meta/rootUuid"),
        ({"template": '{"event": {"data": %SUBMISSION%}}'}, 422, "declare the wrapper event/data"),
        ({"template": '{"sent": {"submission": %SUBMISSION%}}'}, 202, ""),
        ({"template": "[%SUBMISSION%]"}, 422, "must be one submission"),
        ({"template": "%SUBMISSION%,"}, 400, "not valid JSON"),
    ],
)
def test_setting_of_the_rest_service__is_named(
    rig: KoboRig, settings: dict[str, object], status: int, said: str
) -> None:
    hook = rig.hook(headers={"X-API-Key": rig.key}, **settings)
    sent = rig.kobo.submit(ASSET, answers())
    assert hook.log[sent["_id"]][0] == status
    assert said in hook.log[sent["_id"]][1]
    assert not hook.waiting


@pytest.mark.parametrize(
    ("headers", "name", "status"),
    [
        ({}, None, 401),
        ({"X-API-Key": "ck_00000000_" + "A" * 43}, None, 401),
        ({"Authorization": "Basic !!!"}, None, 401),
        (None, "no-such-form", 404),
        (None, "adama-desk", 404),
    ],
)
def test_wrong_key_or_form__is_final(
    rig: KoboRig, headers: dict[str, str] | None, name: str | None, status: int
) -> None:
    own = {"X-API-Key": rig.key} if headers is None else headers
    url = f"{rig.gateway.url}/v1/kobo/{name or rig.name}"
    assert httpx.post(url, json={}, headers=own, timeout=30).status_code == status


def test_key_of_another_partner__may_not_send(rig: KoboRig, make_key: Callable[..., str]) -> None:
    key = make_key(programme="OPS", partner=f"{rig.name}-b", source_prefix=f"urn:{rig.name}-b:")
    assert rig.post({}, **{"X-API-Key": key}).status_code == 403


def test_hostile_bodies__are_answered_below_500(rig: KoboRig) -> None:
    deep = b'{"_uuid":"a","meta/rootUuid":"a","x":' + b"[" * 900 + b"]" * 900 + b"}"
    for body in (b"", b"\xff", b"[]", b'{"_uuid": "\\ud800"}', b'{"a":' * 500, deep, b'{"_uuid":"a b","_id":1}'):
        answer = httpx.post(
            rig.endpoint,
            content=body,
            headers={"X-API-Key": rig.key, "Content-Type": "application/json"},
            timeout=30,
        )
        assert answer.status_code in (400, 422), (body[:40], answer.text)


def test_answers_in_the_language_asked_for(rig: KoboRig) -> None:
    answer = rig.post([], **{"Accept-Language": "fr"})
    assert answer.json()["title"] == "Ce n'est pas une soumission de KoboToolbox"
