"""Tokens: keyed, stable over the ways an identifier is retyped, different for everything else."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingestion.tokens import CityKey, KeyringError, make_token, normalise, read_keyring

SECRETS = st.binary(min_size=32, max_size=100)
IDENTIFIERS = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=60)
TOKEN = re.compile(r"tok1_k1_[A-Za-z0-9_-]{43}")


@given(SECRETS, st.sampled_from(["person", "household"]), IDENTIFIERS)
def test_token__is_the_keyed_hash_of_kind_and_identifier(secret: bytes, kind: str, identifier: str) -> None:
    token = make_token(CityKey("k1", secret), kind, identifier)
    digest = hmac.new(secret, f"{kind}:{normalise(identifier)}".encode(), hashlib.sha256).digest()
    assert token == "tok1_k1_" + base64.urlsafe_b64encode(digest).decode().rstrip("=")
    assert TOKEN.fullmatch(token)


@given(IDENTIFIERS)
def test_normalise__again_changes_nothing(identifier: str) -> None:
    once = normalise(identifier)
    assert normalise(once) == once


@given(st.text("abcDEF012-/ ", min_size=1, max_size=30), st.sampled_from(["", " ", "\t", "\u200b", "\u00a0"]))
def test_normalise__case_and_space_do_not_matter(identifier: str, space: str) -> None:
    assert normalise(identifier) == normalise(f"{space}{identifier.upper()}{space}")
    assert normalise(identifier) == normalise(identifier.replace(" ", "  "))


@pytest.mark.parametrize(
    ("one", "other"),
    [("AD-000123", "ad-000123"), ("AD 1", "ad\u00a01"), ("１２３", "123"), ("STRASSE", "straße"), ("é", "e\u0301")],
)
def test_normalise__the_same_person(one: str, other: str) -> None:
    assert normalise(one) == normalise(other)


@pytest.mark.parametrize(("one", "other"), [("12-3", "1-23"), ("12-3", "123"), ("A1", "A2"), ("a b", "ab")])
def test_normalise__another_person(one: str, other: str) -> None:
    assert normalise(one) != normalise(other)


def test_token__differs_by_city_and_kind() -> None:
    adama, arua = CityKey("k1", b"a" * 32), CityKey("k1", b"b" * 32)
    tokens = {make_token(key, kind, "42") for key in (adama, arua) for kind in ("person", "household")}
    assert len(tokens) == 4


def test_city_key__never_shows_its_secret() -> None:
    assert "aaaa" not in repr(CityKey("k1", b"a" * 32))


def _keyring(path: Path, content: str) -> Path:
    file = path / "city_keys.json"
    file.write_text(content, encoding="utf-8")
    return file


def test_keyring__uses_the_active_key(tmp_path: Path) -> None:
    keys = {"k1": base64.b64encode(b"1" * 32).decode(), "k2": base64.b64encode(b"2" * 32).decode()}
    file = _keyring(tmp_path, json.dumps({"ADAMA": {"active": "k2", "keys": keys}}))
    assert make_token(read_keyring(file)["ADAMA"], "person", "x") == make_token(CityKey("k2", b"2" * 32), "person", "x")


def test_keyring__keeps_the_first_key_beside_the_active_one(tmp_path: Path) -> None:
    keys = {f"k{n}": base64.b64encode(bytes([n]) * 32).decode() for n in (10, 2, 9)}
    key = read_keyring(_keyring(tmp_path, json.dumps({"ADAMA": {"active": "k10", "keys": keys}})))["ADAMA"]
    assert key.first is not None
    assert (key.prefix, key.first.prefix) == ("tok1_k10_", "tok1_k2_")


@pytest.mark.parametrize(
    "content",
    [
        "{",
        "[]",
        '{"ADAMA": {}}',
        '{"ADAMA": {"active": "k2", "keys": {"k1": "AAAA"}}}',
        '{"ADAMA": {"active": "k1", "keys": {"k1": "AAAA"}}}',
        '{"ADAMA": {"active": "k1", "keys": {"k1": "not base64"}}}',
    ],
)
def test_keyring__damaged_file_says_so(tmp_path: Path, content: str) -> None:
    with pytest.raises(KeyringError, match="damaged"):
        read_keyring(_keyring(tmp_path, content))


def test_keyring__missing_file_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(KeyringError, match="make up"):
        read_keyring(tmp_path / "city_keys.json")
