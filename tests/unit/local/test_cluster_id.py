"""The id that the broker's storage is formatted with."""

from __future__ import annotations

import os

import pytest

from infra.kafka.broker import new_cluster_id


def test_cluster_id__never_reads_as_an_option(monkeypatch: pytest.MonkeyPatch) -> None:
    given = iter([b"\xf8" + bytes(15), b"\xfb" + bytes(15), b"\x01" + bytes(15)])
    monkeypatch.setattr(os, "urandom", lambda size: next(given))
    made = new_cluster_id()
    assert made.startswith("AQ")
    assert len(made) == 22
