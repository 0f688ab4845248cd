"""Secrets are made once, for their owner's eyes only."""

from __future__ import annotations

import json
import stat
from pathlib import Path

from nacl.public import PrivateKey, PublicKey, SealedBox

from infra.local.folders import make_folders
from infra.local.secret_files import PASSWORDS, make_city_keys, make_secrets
from infra.settings import LOGINS, Settings


def new_home(tmp_path: Path) -> Settings:
    settings = Settings(home=tmp_path / "home", port_base=18000, env={})
    make_folders(settings)
    make_secrets(settings)
    make_city_keys(settings)
    return settings


def test_every_login_and_password_has_a_secret_of_its_own(tmp_path: Path) -> None:
    settings = new_home(tmp_path)
    names = [*(f"pg_{login}" for login in LOGINS.values()), "pg_postgres", "pg_airflow", "pg_superset", *PASSWORDS]
    values = [settings.secret(name) for name in names]
    assert len(set(values)) == len(names)
    assert min(map(len, values)) >= 64


def test_only_the_owner_may_read_them(tmp_path: Path) -> None:
    settings = new_home(tmp_path)
    for path in (settings.home / "secrets").iterdir():
        assert stat.S_IMODE(path.stat().st_mode) == 0o600, path
    for folder in ("secrets", "logs", "run"):
        assert stat.S_IMODE((settings.home / folder).stat().st_mode) == 0o700


def test_a_second_start_changes_none_and_makes_what_is_missing(tmp_path: Path) -> None:
    settings = new_home(tmp_path)
    folder = settings.home / "secrets"
    before = {path.name: path.read_text() for path in folder.iterdir()}
    (folder / "superset_admin").unlink()
    assert make_secrets(settings) == 1
    assert make_city_keys(settings) == 0
    after = {path.name: path.read_text() for path in folder.iterdir()}
    assert {name for name in before if before[name] != after[name]} == {"superset_admin"}


def test_a_lost_public_key_is_derived_from_the_private_one(tmp_path: Path) -> None:
    from nacl.encoding import Base64Encoder

    settings = new_home(tmp_path)
    (settings.home / "secrets" / "sealing_public").unlink()
    make_secrets(settings)
    public = PublicKey(settings.secret("sealing_public").encode(), Base64Encoder)
    private = PrivateKey(settings.secret("sealing_private").encode(), Base64Encoder)
    assert SealedBox(private).decrypt(SealedBox(public).encrypt(b"body")) == b"body"


def test_every_city_has_a_key(tmp_path: Path) -> None:
    keyring = json.loads(new_home(tmp_path).secret("city_keys.json"))
    assert {"KAIROUAN", "JENDOUBA", "ADAMA"} <= set(keyring)
    keys = [entry["keys"][entry["active"]] for entry in keyring.values()]
    assert len(set(keys)) == len(keyring)
