"""Passwords and keys of the stack: made on the first start, never with a default value, mode 0600."""

from __future__ import annotations

import base64
import csv
import json
import os
import secrets
from collections.abc import Callable
from pathlib import Path

from infra.local.files import read_or_none, write_private
from infra.local.folders import secrets_folder
from infra.settings import LOGINS, REPO, Settings

#: Databases' own logins, beside those of the warehouse.
SERVICE_LOGINS = ("postgres", "airflow", "superset")
#: Plain passwords and signing keys.
PASSWORDS = (
    "airflow_admin", "airflow_jwt", "airflow_secret_key", "superset_secret_key", "superset_admin",
    "superset_manager", "superset_guest_jwt", "supervisor", "kobo_digest", "receipt_key", "webhook_key",
    "session_key", "erasure_key",
)  # fmt: skip
PLACES = REPO / "dbt_project" / "seeds" / "places" / "places.csv"


def make_secrets(settings: Settings) -> int:
    """Make every secret that does not exist yet; return how many were made."""
    folder = secrets_folder(settings)
    wanted: dict[str, Callable[[], str]] = {f"pg_{name}": _password for name in (*LOGINS.values(), *SERVICE_LOGINS)}
    wanted |= dict.fromkeys(PASSWORDS, _password)
    wanted["airflow_fernet"] = lambda: base64.urlsafe_b64encode(os.urandom(32)).decode()
    missing = [name for name in wanted if not (folder / name).exists()]
    for name in missing:
        write_private(folder / name, wanted[name]() + "\n")
    made = len(missing) + _make_sealing_pair(folder, "sealing") + _make_sealing_pair(folder, "intake")
    for path in folder.iterdir():
        os.chmod(path, 0o600)
    return made


def make_city_keys(settings: Settings) -> int:
    """Give every city of the reference data a token key; keys that exist stay. Returns how many were made."""
    path = secrets_folder(settings) / "city_keys.json"
    keyring = json.loads(read_or_none(path) or "{}")
    missing = [city for city in _cities() if city not in keyring]
    for city in missing:
        keyring[city] = {"active": "k1", "keys": {"k1": base64.b64encode(os.urandom(32)).decode()}}
    if missing or not path.exists():
        write_private(path, json.dumps(keyring, indent=1, sort_keys=True) + "\n")
    return len(missing)


def _cities() -> list[str]:
    if not PLACES.exists():
        return []
    with PLACES.open(encoding="utf-8", newline="") as file:
        return [row["place_code"] for row in csv.DictReader(file) if row["level"] == "city"]


def _make_sealing_pair(folder: Path, name: str) -> int:
    """`sealing`: for what was refused. `intake`: with its public key partners seal what only the intake may read."""
    private, public = folder / f"{name}_private", folder / f"{name}_public"
    if private.exists() and public.exists():
        return 0
    from nacl.encoding import Base64Encoder
    from nacl.public import PrivateKey

    # A public key without its private one would seal what nobody can open, so the pair is derived from the private key.
    known = read_or_none(private)
    key = PrivateKey(known.encode(), Base64Encoder) if known else PrivateKey.generate()
    write_private(private, key.encode(Base64Encoder).decode() + "\n")
    write_private(public, key.public_key.encode(Base64Encoder).decode() + "\n")
    return 2


def _password() -> str:
    # 64 characters: what signing keys of 512 bits need at least.
    return secrets.token_urlsafe(48)
