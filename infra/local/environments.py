"""The two locked Python environments, made by uv from infra/requirements/*.lock, with the standard library alone.

`pipeline` holds everything but Superset, `bi` holds Superset (they need different SQLAlchemy versions).
"""

from __future__ import annotations

import fcntl
import hashlib
import shutil
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from infra.local.files import read_or_none, write_whole
from infra.local.problems import Problem
from infra.local.process import clean_environment, run_logged
from infra.settings import REPO

ENVIRONMENTS = REPO / ".venv"
LOCKS = REPO / "infra" / "requirements"
NAMES = ("pipeline", "bi")


def environment_python(name: str) -> Path:
    """The interpreter of an environment."""
    return ENVIRONMENTS / name / "bin" / "python"


def is_current(name: str) -> bool:
    """True if the environment was installed to the end from the lock file as it is now."""
    return read_or_none(ENVIRONMENTS / name / ".corridor-stamp") == _stamp(name) and environment_python(name).exists()


def ensure(name: str, log_folder: Path) -> bool:
    """Make the environment `name` match its lock; return True if anything had to be installed.

    Safe to call from several processes: one installs, the others wait for it.
    """
    if is_current(name):
        return False
    with _only_one(name):
        if is_current(name):
            return False
        _install(name, log_folder)
        return True


def _install(name: str, log_folder: Path) -> None:
    folder = ENVIRONMENTS / name
    unfinished = ENVIRONMENTS / f".{name}.unfinished"
    of_this_python = folder / "lib" / f"python{sys.version_info[0]}.{sys.version_info[1]}"
    if unfinished.exists() or not of_this_python.exists():
        shutil.rmtree(folder, ignore_errors=True)
    unfinished.touch()
    uv = _uv(log_folder)
    if not environment_python(name).exists():
        run_logged([uv, "venv", "--quiet", "--python", sys.executable, folder], log_folder / f"venv_{name}.log",
                   what=f"Making the environment {name}")  # fmt: skip
    (folder / ".corridor-stamp").unlink(missing_ok=True)
    command = [uv, "pip", "sync", "--require-hashes", "--compile-bytecode", "--python", environment_python(name),
               LOCKS / f"{name}.lock"]  # fmt: skip
    _download(command, log_folder / f"install_{name}.log", f"Installing {name}", _uv_variables())
    write_whole(folder / ".corridor-stamp", _stamp(name))
    unfinished.unlink()


def _uv(log_folder: Path) -> Path:
    """The locked uv, installed by pip into an environment of its own."""
    with _only_one("tools"):
        folder = ENVIRONMENTS / "tools"
        uv = folder / "bin" / "uv"
        if not (uv.exists() and read_or_none(folder / ".corridor-stamp") == _stamp("tools")):
            shutil.rmtree(folder, ignore_errors=True)
            log = log_folder / "install_tools.log"
            run_logged(
                [sys.executable, "-m", "venv", folder],
                log,
                what="Making a virtual environment (is python3-venv installed?)",
            )
            pip = [folder / "bin" / "python", "-m", "pip", "install", "--quiet", "--disable-pip-version-check",
                   "--no-deps", "--require-hashes", "-r", LOCKS / "tools.lock"]  # fmt: skip
            _download(pip, log, "Installing uv", clean_environment())
            write_whole(folder / ".corridor-stamp", _stamp("tools"))
        return uv


def _download(command: Sequence[object], log: Path, what: str, env: dict[str, str]) -> None:
    try:
        run_logged(command, log, env=env, what=what)
    except Problem as problem:
        raise Problem(
            f"{problem} Check that the Python registry can be reached (network, proxy), then run this again."
        ) from problem


def _uv_variables() -> dict[str, str]:
    # Copies of the cache's files are what an environment needs when the cache lies on another disk; uv warns else.
    return {"UV_NO_PROGRESS": "1", "UV_HTTP_TIMEOUT": "120", **clean_environment()}


def _stamp(name: str) -> str:
    lock = hashlib.sha256((LOCKS / f"{name}.lock").read_bytes()).hexdigest()
    return f"{lock} python {sys.version_info[0]}.{sys.version_info[1]}"


@contextmanager
def _only_one(name: str) -> Iterator[None]:
    ENVIRONMENTS.mkdir(exist_ok=True)
    with open(ENVIRONMENTS / f".{name}.lock", "w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def main() -> None:
    """Make the environment named by the first argument; logs go to the folder named by the second."""
    try:
        ensure(sys.argv[1], Path(sys.argv[2]))
    except Problem as problem:
        sys.exit(str(problem))


if __name__ == "__main__":
    main()
