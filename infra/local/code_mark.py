"""A mark that changes with the files that a service reads when it starts, so that `make up` restarts what changed."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path

from infra.settings import REPO

KINDS = {".py", ".json", ".yaml", ".csv", ".xml", ".css", ".properties", ".conf", ".lock"}


def code_mark(paths: Iterable[str], root: Path = REPO) -> str:
    """Twelve hexadecimal digits for the names and contents of files and folders, given relative to `root`."""
    digest = hashlib.sha256()
    for path in sorted({file for each in paths for file in _files(root / each)}):
        digest.update(f"{path.relative_to(root)}\0".encode() + _content(path, path.stat().st_mtime_ns))
    return digest.hexdigest()[:12]


def _files(path: Path) -> Iterator[Path]:
    if path.is_file():
        yield path
    elif path.is_dir():
        yield from (file for file in path.rglob("*") if file.suffix in KINDS and file.is_file())


@cache
def _content(path: Path, changed: int) -> bytes:
    return hashlib.sha256(path.read_bytes()).digest()
