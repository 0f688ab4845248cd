"""Turn the identifier of a person or household into a keyed token: one key a city, nothing to look up."""

from __future__ import annotations

import base64
import json
import unicodedata
from binascii import Error as Base64Error
from binascii import b2a_base64
from collections.abc import Mapping
from hashlib import sha256
from pathlib import Path
from typing import Any

_URL_SAFE = bytes.maketrans(b"+/", b"-_")


class KeyringError(RuntimeError):
    """The keyring file is missing or damaged; the message says where it should be and what to do."""


class CityKey:
    """The active key of one city: its id, which stands in every token, and HMAC-SHA-256 with its secret bytes.

    `first` is the city's first key, if the active one has replaced it: its tokens tell that a person is known.
    The two halves of the HMAC are begun once and copied: a call of hmac.digest costs more than twice as much.
    """

    def __init__(self, key_id: str, secret: bytes, first: CityKey | None = None) -> None:
        if len(secret) < 32:
            raise ValueError("the secret of a city needs at least 32 bytes")
        padded = (secret if len(secret) <= 64 else sha256(secret).digest()).ljust(64, b"\0")
        self.prefix = f"tok1_{key_id}_"
        self.first = first
        self._inner = sha256(bytes(byte ^ 0x36 for byte in padded))
        self._outer = sha256(bytes(byte ^ 0x5C for byte in padded))

    def digest(self, message: bytes) -> bytes:
        """HMAC-SHA-256 of `message`, 32 bytes."""
        inner, outer = self._inner.copy(), self._outer.copy()
        inner.update(message)
        outer.update(inner.digest())
        return outer.digest()


def normalise(identifier: str) -> str:
    """One spelling for the ways clerks retype an identifier: letter case, width, spaces around and within.

    Punctuation stays, because 12-3 and 1-23 may be two people. The result is empty if nothing visible is given.
    """
    if identifier.isascii():
        return " ".join(identifier.lower().split())
    visible = "".join(c for c in unicodedata.normalize("NFKC", identifier) if unicodedata.category(c) != "Cf")
    return " ".join(unicodedata.normalize("NFKC", visible.casefold()).casefold().split())


def make_token(key: CityKey, kind: str, identifier: str) -> str:
    """`tok1_<key id>_<43 characters>` for an identifier of `kind` person or household."""
    return make_token_of_normal(key, kind, normalise(identifier))


def make_token_of_normal(key: CityKey, kind: str, normal: str) -> str:
    """The same of an identifier that went through `normalise`."""
    digest = key.digest(f"{kind}:{normal}".encode())
    return f"{key.prefix}{b2a_base64(digest, newline=False).translate(_URL_SAFE)[:43].decode()}"


def read_keyring(path: Path) -> Mapping[str, CityKey]:
    """The active key of every city in the keyring file. Raises KeyringError if it cannot be used."""
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
        return {city: _city_key(entry) for city, entry in content.items()}
    except FileNotFoundError as error:
        raise KeyringError(f"The keyring of the cities does not exist ({path}): run `make up` first.") from error
    except (ValueError, KeyError, TypeError, AttributeError, Base64Error) as error:
        raise KeyringError(
            f"The keyring of the cities ({path}) is damaged ({type(error).__name__}): restore it from its backup. "
            "A new key would make new people of all that are known."
        ) from error


def _city_key(entry: dict[str, Any]) -> CityKey:
    keys = {key_id: base64.b64decode(secret, validate=True) for key_id, secret in entry["keys"].items()}
    active, first = entry["active"], next(iter(sorted(keys, key=key_number)))
    return CityKey(active, keys[active], None if first == active else CityKey(first, keys[first]))


def key_number(key_id: str) -> int:
    """Keys are named k1, k2 and so on, in the order in which they were made. Raises ValueError for another name."""
    return int(key_id.removeprefix("k"))
