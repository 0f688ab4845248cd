"""`make lock`: writes every lock file anew from what it is made of. Pins stay unless UPGRADE=1 is set."""

from __future__ import annotations

import os
import subprocess

from infra.kafka.lock import write_lock
from infra.local.environments import ENVIRONMENTS, LOCKS, NAMES

#: Superset 6.1 starts with the packages of this day; later ones of its dependencies break it.
_EXTRA = {
    "bi": ["--exclude-newer", "2026-06-05"],
    "pipeline": ["--override", str(LOCKS / "pipeline.overrides")],
}


def main() -> None:
    """Write infra/requirements/*.lock and infra/kafka/jars.lock."""
    for name in ("tools", *NAMES):
        command = [
            str(ENVIRONMENTS / "tools" / "bin" / "uv"), "pip", "compile", str(LOCKS / f"{name}.in"), "--quiet",
            "--universal", "--python-version", "3.11", "--generate-hashes", "--no-header", "--no-annotate",
            *_EXTRA.get(name, []), *(["--upgrade"] if os.environ.get("UPGRADE") else []),
            "--output-file", str(LOCKS / f"{name}.lock"),
        ]  # fmt: skip
        subprocess.run(command, check=True)
        print(f"Wrote {name}.lock")
    print(f"Wrote jars.lock: {write_lock()} jars")


if __name__ == "__main__":
    main()
