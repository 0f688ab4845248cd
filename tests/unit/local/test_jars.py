"""The broker's jars: what the lock may hold, and that only verified files are used."""

from __future__ import annotations

from pathlib import Path

from infra.kafka.jars import LOCK, Jar, cache_folder, class_path, read_lock
from infra.kafka.lock import KAFKA
from infra.settings import Settings


def test_all_parts_of_kafka_have_one_version() -> None:
    assert {jar.version for jar in read_lock() if jar.group == "org.apache.kafka"} == {KAFKA}


def test_the_logging_binding_fits_its_core() -> None:
    versions = {jar.artifact: jar.version for jar in read_lock()}
    assert versions["log4j-slf4j-impl"] == versions["log4j-core"]


def test_every_line_has_a_checksum_and_no_address() -> None:
    assert len(read_lock()) == 46
    assert all(len(jar.sha256) == 64 for jar in read_lock())
    assert "://" not in LOCK.read_text()


def test_a_damaged_file_is_thrown_away(tmp_path: Path) -> None:
    from infra.kafka.jars import _is_good

    jar = Jar("org.example", "thing", "1", "0" * 64)
    jar.path(tmp_path).parent.mkdir(parents=True)
    jar.path(tmp_path).write_bytes(b"half")
    assert not _is_good(jar, tmp_path)
    assert not jar.path(tmp_path).exists()


def test_the_cache_can_be_moved(tmp_path: Path) -> None:
    given = Settings(home=tmp_path, port_base=18000, env={"CORRIDOR_CACHE": str(tmp_path / "cache")})
    user = Settings(home=tmp_path, port_base=18000, env={"XDG_CACHE_HOME": str(tmp_path / "xdg")})
    assert cache_folder(given) == tmp_path / "cache"
    assert cache_folder(user) == tmp_path / "xdg" / "corridor"
    assert class_path(given).count(str(tmp_path / "cache")) == 46
