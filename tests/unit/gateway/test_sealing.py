"""What is sealed opens with its own private key, and with no other."""

from __future__ import annotations

import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st
from nacl.encoding import Base64Encoder
from nacl.public import PrivateKey

from ingestion.sealing import Sealer, SealingError, open_sealed


def _pair() -> tuple[str, str]:
    key = PrivateKey.generate()
    return key.encode(Base64Encoder).decode(), key.public_key.encode(Base64Encoder).decode()


PRIVATE, PUBLIC = _pair()


@given(st.binary(max_size=5000))
def test_sealed__opens_again(raw: bytes) -> None:
    sealed = Sealer(PUBLIC).seal(raw)
    assert open_sealed(PRIVATE, sealed) == raw
    assert open_sealed(PRIVATE, base64.b64decode(sealed)) == raw
    if len(raw) > 8:
        assert raw not in base64.b64decode(sealed)


def test_sealed__another_key_does_not_open_it() -> None:
    sealed = Sealer(PUBLIC).seal(b"a body")
    with pytest.raises(SealingError, match="does not open"):
        open_sealed(_pair()[0], sealed)


def test_sealer__damaged_key() -> None:
    with pytest.raises(SealingError, match="sealing_public"):
        Sealer("not a key")
