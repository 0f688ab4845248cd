"""The running stack: what it says of itself, who may ask it, and that starting it again changes nothing."""

from __future__ import annotations

import json
import os
import signal
import stat
import subprocess
from pathlib import Path

import psycopg
import pytest

from infra.local.health import gateway_answers
from infra.local.look import look
from infra.local.publication import wait_until_published
from infra.local.services import services
from infra.local.supervisor import Supervisor
from infra.local.up import bring_up
from infra.settings import LOGINS, REPO, Settings
from ingestion.topics import ACCEPTED, REJECTED, SIGNALS
from tests.support import wait_for


def corridor(stack: Settings, *arguments: str) -> subprocess.CompletedProcess[str]:
    env = {**stack.env, "CORRIDOR_HOME": str(stack.home), "CORRIDOR_PORT_BASE": str(stack.port_base)}
    return subprocess.run(
        [REPO / "corridor", *arguments], env=env, capture_output=True, text=True, cwd="/", timeout=120
    )


def test_status_tells_of_every_service(stack: Settings) -> None:
    done = corridor(stack, "status", "--json")
    document = json.loads(done.stdout)
    assert done.returncode == bool(document["alarms"]), done.stdout
    assert [each["station"] for each in document["canary"]["passed"]][-1] == "published"
    assert [each["name"] for each in document["services"]] == [each.name for each in services(stack)]
    for each in document["services"]:
        assert each["state"] == "up", each
        assert each["since"]
        assert each["memory_bytes"] > 5_000_000, each
    assert document["memory_bytes"] > sum(each["memory_bytes"] for each in document["services"]) / 2


def test_query_prints_csv(stack: Settings) -> None:
    done = corridor(stack, "query", "select 1 as one, 'a, b' as two;")
    assert (done.returncode, done.stdout) == (0, 'one,two\n1,"a, b"\n')


@pytest.mark.parametrize(
    ("statement", "words"),
    [
        ("select * from raw.events", "permission denied for schema raw. The reader sees the schema results"),
        ("select * from ops.api_keys", "permission denied"),
        ("with gone as (delete from ops.publications returning 1) select * from gone", "must not contain"),
        ("selec 1", "Look at line 1, character 1 of the query."),
        ("select 1\nfrm results.indicator_results where", "Look at line 2, character 5"),
        ("select * from results.nothing", "lists what the reader sees"),
    ],
)
def test_query_says_in_a_sentence_what_is_wrong(stack: Settings, statement: str, words: str) -> None:
    done = corridor(stack, "query", statement)
    assert done.returncode == 1
    assert done.stdout == ""
    assert done.stderr.startswith("The query failed: ")
    assert done.stderr.count("\n") == 1


def test_topics_are_as_the_list_says(stack: Settings) -> None:
    assert corridor(stack, "topics", "apply").stdout == "Nothing to do.\n"
    shown = corridor(stack, "topics", "show")
    assert shown.returncode == 0
    assert all(name in shown.stdout for name in (ACCEPTED, REJECTED, SIGNALS)), "a name was cut"


def test_a_second_start_changes_nothing(stack: Settings, reader: psycopg.Connection) -> None:
    # What earlier tests sent must not be published in between.
    wait_until_published(stack, lambda _: None)
    publications = "select count(*), max(publication_id) from ops.v_publications"
    before, pids = reader.execute(publications).fetchone(), {each.name: each.pid for each in look(stack)}
    bring_up(stack, history=True)
    assert {each.name: each.pid for each in look(stack)} == pids
    assert reader.execute(publications).fetchone() == before


def test_a_killed_service_is_started_again(stack: Settings) -> None:
    pid = Supervisor(stack).processes()["gateway"]["pid"]
    os.kill(pid, signal.SIGKILL)
    wait_for(lambda: Supervisor(stack).processes()["gateway"]["pid"] not in (0, pid), 30, "another gateway process")
    wait_for(lambda: gateway_answers(stack), 30, "the gateway's answer")


@pytest.mark.parametrize("login", [*LOGINS.values(), "postgres", "airflow", "superset"])
def test_postgres_asks_everybody_for_a_password(stack: Settings, login: str) -> None:
    host, port = stack.postgres_address
    for password in ("", "corridor", login):
        with pytest.raises(psycopg.OperationalError, match="password"):
            psycopg.connect(host=host, port=port, user=login, password=password, dbname=stack.warehouse_database)


def test_the_login_without_rights_has_no_database(stack: Settings) -> None:
    with pytest.raises(psycopg.OperationalError, match="permission denied for database"):
        psycopg.connect(stack.dsn("bi_none"))


def test_everything_listens_on_this_machine_only(stack: Settings) -> None:
    ours = {stack.port_base + offset for offset in range(7)}
    lines = [
        line.split() for name in ("tcp", "tcp6") for line in Path(f"/proc/net/{name}").read_text().splitlines()[1:]
    ]
    listening = [line[1].rsplit(":", 1) for line in lines if line[3] == "0A"]
    addresses = {(int(port, 16), address) for address, port in listening if int(port, 16) in ours}
    assert {port for port, _ in addresses} == ours
    # 127.0.0.1 as the kernel writes it, and as an IPv4 address in an IPv6 socket.
    assert {address for _, address in addresses} <= {"0100007F", "0000000000000000FFFF00000100007F"}


def test_no_file_with_a_secret_is_open_to_others(stack: Settings) -> None:
    secrets = {path.read_text().strip() for path in (stack.home / "secrets").iterdir() if path.name != "sealing_public"}
    for folder in ("run", "airflow", "secrets", "superset"):
        assert stat.S_IMODE((stack.home / folder).stat().st_mode) == 0o700, folder
    for path in (stack.home / "run").iterdir():
        if any(secret in path.read_text(errors="replace") for secret in secrets):
            assert stat.S_IMODE(path.stat().st_mode) == 0o600, path
    for path in (stack.home / "logs").glob("*.log"):
        text = path.read_text(errors="replace")
        assert not [secret for secret in secrets if secret in text], path
