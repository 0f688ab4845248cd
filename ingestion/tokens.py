"""Turn the identifier of a person or household into a keyed token: one key a city, nothing to look up."""

from __future__ import annotations

import base64
import hmac
import json
import unicodedata
from binascii import Error as Base64Error
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path


class KeyringError(RuntimeError):
    """The keyring file is missing or damaged; the message says where it should be and what to do."""


@dataclass(frozen=True)
class CityKey:
    """The active key of one city: its id, which stands in the token, and the secret bytes."""

    key_id: str
    secret: bytes


def normalise(identifier: str) -> str:
    """One spelling for the ways clerks retype an identifier: letter case, width, spaces around and within.

    Punctuation stays, because 12-3 and 1-23 may be two people. The result is empty if nothing visible is given.
    """
    if not identifier.isascii():
        visible = "".join(c for c in unicodedata.normalize("NFKC", identifier) if unicodedata.category(c) != "Cf")
        identifier = unicodedata.normalize("NFKC", visible.casefold())
    return " ".join(identifier.casefold().split())


def make_token(key: CityKey, kind: str, identifier: str) -> str:
    """`tok1_<key id>_<43 characters>` for an identifier of `kind` person or household."""
    digest = hmac.digest(key.secret, f"{kind}:{normalise(identifier)}".encode(), "sha256")
    return f"tok1_{key.key_id}_{base64.urlsafe_b64encode(digest)[:43].decode()}"


def read_keyring(path: Path) -> Mapping[str, CityKey]:
    """The active key of every city in the keyring file. Raises KeyringError if it cannot be used."""
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
        keyring = {
            city: CityKey(entry["active"], base64.b64decode(entry["keys"][entry["active"]], validate=True))
            for city, entry in content.items()
        }
    except FileNotFoundError as error:
        raise KeyringError(f"The keyring of the cities does not exist ({path}): run `make up` first.") from error
    except (ValueError, KeyError, TypeError, AttributeError, Base64Error) as error:
        raise KeyringError(
            f"The keyring of the cities ({path}) is damaged ({type(error).__name__}): restore it from its backup. "
            "A new key would make new people of all that are known."
        ) from error
    short = [city for city, key in keyring.items() if len(key.secret) < 32]
    if short:
        raise KeyringError(f"The keyring of the cities ({path}) has a key of less than 32 bytes for {short[0]}.")
    return keyring
