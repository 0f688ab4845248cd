"""`corridor keys` and `corridor send` as a person types them."""

from __future__ import annotations

import json
import os
import re
import subprocess
from collections.abc import Callable
from pathlib import Path

from infra.settings import REPO, Settings
from tests.integration.test_gateway import Partner
from tests.support import wait_for

MakeKey = Callable[..., str]
HEADER = "type,time,source,subject,city,data.person_id,data.sex,data.age_band,data.status,data.registration_type"


def _run(stack: Settings, *arguments: str, **variables: str) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, **stack.env, "CORRIDOR_HOME": str(stack.home), "COLUMNS": "200", **variables}
    environment["CORRIDOR_PORT_BASE"] = str(stack.port_base)
    command = [str(REPO / "corridor"), *arguments]
    return subprocess.run(command, env=environment, capture_output=True, text=True, timeout=120, check=False)


def _row(partner: Partner, number: int, sex: str = "female") -> str:
    when = "2026-03-02T09:15:00+03:00"
    return f"person.registered.v1,{when},{partner.prefix}csv,r-{number},ADAMA,P-{number},{sex},25-34,refugee,new"


def test_keys__made_listed_and_revoked(stack: Settings) -> None:
    partner = Partner()
    scope = ["--programme", "SIM", "--partner", partner.name, "--source-prefix", partner.prefix, "--cities", "ADAMA"]
    made = _run(stack, "keys", "create", *scope, "--label", "front desk")
    assert made.returncode == 0, made.stderr
    key = made.stdout.strip()
    assert re.fullmatch(r"ck_[0-9a-f]{8}_[A-Za-z0-9_-]{43}", key)
    listed = _run(stack, "keys", "list").stdout
    assert key.split("_")[1] in listed
    assert key not in listed
    assert key.split("_", 2)[2] not in listed
    revoked = _run(stack, "keys", "revoke", key.split("_")[1])
    assert (revoked.returncode, "is revoked" in revoked.stdout) == (0, True)
    assert "had been revoked before" in _run(stack, "keys", "revoke", key.split("_")[1]).stdout


def test_keys_that_sign__made_rotated_and_their_use_shown(stack: Settings) -> None:
    partner = Partner()
    scope = ["--programme", "SIM", "--partner", partner.name, "--source-prefix", partner.prefix]
    made = _run(stack, "keys", "create", "--webhook", *scope)
    assert made.returncode == 0, made.stderr
    assert re.fullmatch(r"whsec_[A-Za-z0-9+/]{43}=\n", made.stdout)
    found = re.search(r"/v1/events\?key_id=([0-9a-f]{8}) ", made.stderr)
    assert found is not None
    key_id = found[1]
    assert f"{key_id} (signs)" in _run(stack, "keys", "list").stdout.replace("\n", " ")
    rotated = _run(stack, "keys", "rotate", key_id, "--hours", "1")
    assert (rotated.returncode, rotated.stdout != made.stdout, "ends" in rotated.stderr) == (0, True, True)
    assert "is being rotated" in _run(stack, "keys", "rotate", key_id).stderr
    assert f"Nobody used {key_id}" in _run(stack, "keys", "uses", key_id).stdout
    plain = _run(stack, "keys", "create", *scope).stdout.strip().split("_")[1]
    assert "signs nothing" in _run(stack, "keys", "rotate", plain).stderr
    assert "no live key" in _run(stack, "keys", "rotate", "ffffffff").stderr


def test_keys__mistakes_are_one_sentence(stack: Settings) -> None:
    partner = Partner()
    scope = ["--programme", "SIM", "--partner", partner.name, "--source-prefix", partner.prefix]
    for wrong in (["--cities", "ATLANTIS"], ["--types", "person.renamed.v1"]):
        refused = _run(stack, "keys", "create", *scope, *wrong)
        assert refused.returncode == 1
        assert wrong[1] in refused.stderr
    elsewhere = _run(stack, "keys", "create", "--programme", "XX", *scope[2:])
    assert (elsewhere.returncode, "CM, SIM" in elsewhere.stderr) == (1, True)
    unknown = _run(stack, "keys", "revoke", "ffffffff")
    assert (unknown.returncode, "no key with id" in unknown.stderr) == (1, True)


def test_send_csv__with_receipts(stack: Settings, make_key: MakeKey, tmp_path: Path) -> None:
    partner = Partner()
    key_file, file, receipts = tmp_path / "key", tmp_path / "people.csv", tmp_path / "receipts.jsonl"
    key_file.write_text(make_key(**partner.scope()))
    file.write_text("\n".join([HEADER, *(_row(partner, n) for n in range(3))]))
    sent = _run(stack, "send", str(file), "--key-file", str(key_file), "--receipts", str(receipts))
    assert sent.returncode == 0, sent.stderr
    assert "3 accepted, 0 refused" in sent.stdout
    kept = [json.loads(line) for line in receipts.read_text().splitlines()]
    assert [(each["line"], each["status"]) for each in kept] == [(n, "accepted") for n in (2, 3, 4)]


def test_send__some_refused_says_why(stack: Settings, make_key: MakeKey, tmp_path: Path) -> None:
    partner = Partner()
    file = tmp_path / "people.csv"
    file.write_text("\n".join([HEADER, _row(partner, 1), _row(partner, 2, sex="F")]))
    sent = _run(stack, "send", str(file), CORRIDOR_API_KEY=make_key(**partner.scope()))
    assert sent.returncode == 2
    assert "1 accepted, 1 refused" in sent.stdout
    assert "/data/sex" in sent.stdout


def test_send_json_lines__again_counts_nothing_twice(stack: Settings, make_key: MakeKey, tmp_path: Path) -> None:
    partner = Partner()
    file = tmp_path / "events.jsonl"
    file.write_text("".join(json.dumps(partner.event(n)) + "\n" for n in range(250)))
    key = make_key(**partner.scope())
    for said in ("250 accepted,", "0 accepted, 250 known already,"):
        sent = _run(stack, "send", str(file), CORRIDOR_API_KEY=key)
        assert (sent.returncode, said in sent.stdout) == (0, True), sent.stderr


def test_send__failures_are_one_sentence(stack: Settings, make_key: MakeKey, tmp_path: Path) -> None:
    file = tmp_path / "events.jsonl"
    file.write_text(json.dumps(Partner().event()) + "\n")
    assert "No API key" in _run(stack, "send", str(file), CORRIDOR_API_KEY="").stderr
    wrong = _run(stack, "send", str(file), CORRIDOR_API_KEY="ck_00000000_" + "x" * 43)
    assert (wrong.returncode, "401" in wrong.stderr) == (1, True)
    file.write_text("{\n")
    broken = _run(stack, "send", str(file), CORRIDOR_API_KEY=make_key(**Partner().scope()))
    assert (broken.returncode, "line 1 is not valid JSON" in broken.stderr) == (1, True)


def test_revoked_key__ends_sending(stack: Settings, make_key: MakeKey, tmp_path: Path) -> None:
    partner = Partner()
    key = make_key(**partner.scope())
    file = tmp_path / "events.jsonl"
    file.write_text(json.dumps(partner.event()) + "\n")
    assert _run(stack, "keys", "revoke", key.split("_")[1]).returncode == 0
    wait_for(lambda: _run(stack, "send", str(file), CORRIDOR_API_KEY=key).returncode == 1, 20, "the key to be refused")
