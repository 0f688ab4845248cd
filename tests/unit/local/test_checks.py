"""A machine that cannot hold a stack is told so in one sentence that says what to do."""

from __future__ import annotations

import socket
from pathlib import Path

import pytest

from infra.local.checks import GIB, check_disk, check_memory, check_ports, check_python
from infra.local.problems import Problem
from infra.settings import Settings


def settings_of(home: Path, port_base: int = 18000) -> Settings:
    return Settings(home=home, port_base=port_base, env={})


@pytest.mark.parametrize("version", [(3, 10), (3, 13), (2, 7)])
def test_other_pythons_are_refused(version: tuple[int, int]) -> None:
    with pytest.raises(Problem, match=r"needs 3\.11 or 3\.12.*PYTHON="):
        check_python(version)


@pytest.mark.parametrize("version", [(3, 11), (3, 12)])
def test_both_supported_pythons_pass(version: tuple[int, int]) -> None:
    check_python(version)


def test_too_little_memory() -> None:
    check_memory(4 * GIB)
    with pytest.raises(Problem, match=r"Only 1\.0 GB of memory .* close other programs"):
        check_memory(1 * GIB)


def test_too_little_disk(tmp_path: Path) -> None:
    check_disk(settings_of(tmp_path / "not" / "there"), free_bytes=50 * GIB)
    with pytest.raises(Problem, match=r"Only 1\.0 GB of disk .* CORRIDOR_HOME"):
        check_disk(settings_of(tmp_path), free_bytes=1 * GIB)


def test_a_taken_port_is_named_with_its_service(tmp_path: Path) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen(1)
        port = other.getsockname()[1]
        with pytest.raises(Problem, match=rf"Port {port} \(for gateway\) is taken .* CORRIDOR_PORT_BASE"):
            check_ports(settings_of(tmp_path, port))
