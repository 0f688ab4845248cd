"""Rotation of a city's key: new tokens, the same people; and forgetting on purpose."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from ingestion.city_keys import CityKeys, list_city_keys, rotate_city_key
from ingestion.contracts.registry import contracts
from ingestion.gateway.check import Checker
from ingestion.gateway.places import read_places
from ingestion.gateway.records import Accepted
from ingestion.gateway.scope import Key
from ingestion.tokens import KeyringError, read_keyring

KEY = Key("00000000", "CM", "registry", "https://registry.example/")
Make = Callable[..., dict[str, Any]]


@pytest.fixture
def keyring(tmp_path: Path) -> Path:
    path = tmp_path / "city_keys.json"
    secret = "A" * 43 + "="
    path.write_text(json.dumps({c: {"active": "k1", "keys": {"k1": secret}} for c in ("ADAMA", "ARUA")}))
    return path


def _value(keyring: Path, event: dict[str, Any]) -> dict[str, Any]:
    answer = Checker(contracts(), read_places(), read_keyring(keyring)).check(event, KEY)
    assert isinstance(answer, Accepted), answer
    value: dict[str, Any] = json.loads(answer.record("registry", "2026-01-01T00:00:00Z", None).value)
    return value


def _visit(event: Make, person: str = "AD-000123", **changes: Any) -> dict[str, Any]:
    sent = event("person.registered.v1", city="ADAMA", **changes)
    data = {name: value for name, value in sent["data"].items() if name != "person_token"}
    return {**sent, "data": {**data, "person_id": person}}


def test_rotation__new_token_same_content_and_the_way_back(keyring: Path, event: Make) -> None:
    before = _value(keyring, _visit(event))
    assert "firsttokens" not in before
    assert rotate_city_key(keyring, "ADAMA") == CityKeys("ADAMA", "k2", ("k1",))
    after = _value(keyring, _visit(event))
    assert after["data"]["person_token"].startswith("tok1_k2_")
    assert after["contenthash"] == before["contenthash"], "sent again it is the same event"
    assert after["firsttokens"] == {after["data"]["person_token"]: before["data"]["person_token"]}
    assert _value(keyring, _visit(event, "AD-000124"))["contenthash"] != before["contenthash"]


def test_rotation_twice__leads_back_to_the_first(keyring: Path, event: Make) -> None:
    first = _value(keyring, _visit(event))["data"]["person_token"]
    rotate_city_key(keyring, "ADAMA")
    rotate_city_key(keyring, "ADAMA")
    assert list(_value(keyring, _visit(event))["firsttokens"].values()) == [first]


def test_forget__starts_anew(keyring: Path, event: Make) -> None:
    before = _value(keyring, _visit(event))
    assert rotate_city_key(keyring, "ADAMA", forget=True) == CityKeys("ADAMA", "k2", ())
    after = _value(keyring, _visit(event))
    assert "firsttokens" not in after
    assert after["contenthash"] != before["contenthash"]


def test_rotation__touches_one_city_and_is_private(keyring: Path) -> None:
    rotate_city_key(keyring, "ADAMA")
    assert list_city_keys(keyring) == [CityKeys("ADAMA", "k2", ("k1",)), CityKeys("ARUA", "k1", ())]
    assert keyring.stat().st_mode & 0o077 == 0


def test_rotation__unknown_city_says_where_to_look(keyring: Path) -> None:
    with pytest.raises(KeyringError, match="keys city list"):
        rotate_city_key(keyring, "PARIS")
