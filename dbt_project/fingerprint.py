"""Tells whether files of the project changed."""

from __future__ import annotations

import hashlib
from pathlib import Path

KINDS = {".sql", ".yml", ".csv", ".md"}


def fingerprint(folder: Path) -> str:
    """Hash of the names and contents of the SQL, YAML, CSV and Markdown files below `folder`, save dbt's output."""
    digest = hashlib.sha256()
    for path in sorted(folder.rglob("*")):
        if path.suffix in KINDS and path.relative_to(folder).parts[0] not in ("target", "logs"):
            digest.update(f"{path.relative_to(folder)}\0{path.stat().st_size}\0".encode())
            digest.update(path.read_bytes())
    return digest.hexdigest()
