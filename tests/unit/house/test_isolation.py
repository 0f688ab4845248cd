"""A test stack never takes the addresses of a running one."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.isolation import isolated_settings


def test_isolation__leaves_existing_clusters_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CORRIDOR_KAFKA_BOOTSTRAP", "broker.example:9092")
    monkeypatch.setenv("CORRIDOR_POSTGRES_ADMIN_URL", "postgresql://root:secret@db.example/postgres")
    monkeypatch.setenv("CORRIDOR_GATEWAY_URL", "https://gateway.example")
    monkeypatch.setenv("CORRIDOR_SECRET_PG_CORRIDOR_OWNER", "of another stack")
    monkeypatch.setenv("CORRIDOR_DATABASE", "production")
    settings = isolated_settings(tmp_path, "28000")
    assert settings.kafka_is_embedded
    assert settings.postgres_is_embedded
    assert settings.kafka_bootstrap == "127.0.0.1:28001"
    assert settings.gateway_url == "http://127.0.0.1:28000"
    assert settings.warehouse_database == "corridor"
    assert settings.home == tmp_path.resolve()
    assert not settings.env["CORRIDOR_SECRET_PG_CORRIDOR_OWNER"]
