"""Tells whether files of the project changed."""

from __future__ import annotations

import hashlib
from pathlib import Path

KINDS = {".sql", ".yml", ".csv", ".md"}
#: Says who reads the results and changes no figure: a dashboard must not cost a full build.
NO_RULE = Path("models/exposures.yml")


def fingerprint(folder: Path) -> str:
    """Hash of the names and contents of the SQL, YAML, CSV and Markdown files below `folder`.

    What dbt puts out, and exposures, are left out.
    """
    digest = hashlib.sha256()
    for path in sorted(folder.rglob("*")):
        name = path.relative_to(folder)
        if path.suffix in KINDS and name != NO_RULE and name.parts[0] not in ("target", "logs"):
            digest.update(f"{name}\0{path.stat().st_size}\0".encode())
            digest.update(path.read_bytes())
    return digest.hexdigest()
