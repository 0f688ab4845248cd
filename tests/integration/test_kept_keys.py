"""A key that the platform keeps for itself is used again while the warehouse knows it, and replaced when not."""

from __future__ import annotations

import uuid
from dataclasses import replace
from pathlib import Path

import pytest

from infra.settings import Settings
from ingestion.kept_keys import is_live, kept_key
from ingestion.keys import revoke_key


@pytest.fixture
def elsewhere(stack: Settings, tmp_path: Path) -> Settings:
    """The warehouse of the stack, with an empty home, so that no key of the stack is touched."""
    owner = {"CORRIDOR_SECRET_PG_CORRIDOR_OWNER": stack.secret("pg_corridor_owner")}
    return replace(stack, home=tmp_path, env={**stack.env, **owner})


def test_a_kept_key_is_replaced_once_the_warehouse_does_not_know_it(elsewhere: Settings) -> None:
    partner = f"kept-{uuid.uuid4().hex[:8]}"
    scope = {"programme": "SIM", "partner": partner, "source_prefix": f"urn:corridor:test:{partner}"}
    path = elsewhere.home / "secrets" / "key_kept"
    first = kept_key(elsewhere, "key_kept", **scope)
    assert path.stat().st_mode & 0o777 == 0o600
    assert kept_key(elsewhere, "key_kept", **scope) == first

    path.write_text("ck_00000000_" + "A" * 43)
    second = kept_key(elsewhere, "key_kept", **scope)
    assert second != first
    assert is_live(elsewhere, second)
    assert not is_live(elsewhere, second[:-1] + ("A" if second[-1] != "A" else "B"))

    revoke_key(elsewhere.dsn("owner"), second.split("_")[1])
    third = kept_key(elsewhere, "key_kept", **scope)
    assert third != second
    assert path.read_text().strip() == third
    revoke_key(elsewhere.dsn("owner"), third.split("_")[1])
    revoke_key(elsewhere.dsn("owner"), first.split("_")[1])


def test_a_key_from_the_environment_is_used_as_it_is(elsewhere: Settings) -> None:
    given = replace(elsewhere, env={**elsewhere.env, "CORRIDOR_SECRET_KEY_KEPT": "ck_given"})
    assert kept_key(given, "key_kept") == "ck_given"
