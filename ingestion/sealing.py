"""Seal what was refused, so that only the holder of the operator's private key can read it."""

from __future__ import annotations

import base64
from binascii import Error as Base64Error

from nacl.encoding import Base64Encoder
from nacl.exceptions import CryptoError
from nacl.public import PrivateKey, PublicKey, SealedBox


class SealingError(RuntimeError):
    """A key is unusable or does not open what was given; the message says which."""


class Sealer:
    """Seals bytes with the public key (base64, as the secret `sealing_public` holds it)."""

    def __init__(self, public_key: str) -> None:
        try:
            self._box = SealedBox(PublicKey(public_key.encode(), Base64Encoder))
        except (ValueError, TypeError, CryptoError) as error:
            raise SealingError("The public sealing key is damaged: restore the secret sealing_public.") from error

    def seal(self, raw: bytes) -> str:
        """Sealed box of `raw` as base64 text."""
        return base64.b64encode(self._box.encrypt(raw)).decode()


def open_sealed(private_key: str, sealed: str | bytes) -> bytes:
    """The bytes within a sealed box (base64 text, or its bytes), opened with the secret `sealing_private`."""
    try:
        box = SealedBox(PrivateKey(private_key.encode(), Base64Encoder))
        return bytes(box.decrypt(base64.b64decode(sealed, validate=True) if isinstance(sealed, str) else sealed))
    except (ValueError, TypeError, CryptoError, Base64Error) as error:
        raise SealingError(
            "This key does not open this body: it was sealed with another key, or is damaged."
        ) from error
