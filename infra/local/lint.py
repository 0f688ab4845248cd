"""All static checks, side by side; the output of one that fails is shown whole."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from infra.local.process import clean_environment
from infra.settings import REPO

BIN = Path(sys.executable).parent
CHECKS: dict[str, list[str]] = {
    "types (mypy)": ["mypy"],
    "SQL (sqlfluff)": ["sqlfluff", "lint", "--processes", "1", "--disable-progress-bar", "infra/postgres/migrations"],
    "dbt (sqlfluff)": ["sqlfluff", "lint", "--processes", "1", "--disable-progress-bar", "models", "tests"],
    "style (ruff)": ["ruff", "check", "."],
    "format (ruff)": ["ruff", "format", "--check", "--diff", "."],
    "YAML (yamllint)": ["yamllint", "--strict", "."],
}


def main() -> int:
    """Run every check; the exit code is 1 if one of them failed."""
    with ThreadPoolExecutor(2) as pool:
        outcomes = list(pool.map(_run, CHECKS))
    return 0 if all(outcomes) else 1


def _run(name: str) -> bool:
    program, *arguments = CHECKS[name]
    began = time.monotonic()
    environment = {**clean_environment(), "PATH": f"{BIN}{os.pathsep}{os.environ.get('PATH', '')}"}
    # sqlfluff takes the templater of the folder that it is run in.
    folder = REPO / "dbt_project" if name.startswith("dbt") else REPO
    done = subprocess.run([str(BIN / program), *arguments], cwd=folder, env=environment, capture_output=True, text=True)
    good = done.returncode == 0
    print(f" {'✓' if good else '✗'} {name:<18} {time.monotonic() - began:5.1f} s", flush=True)
    if not good:
        print(done.stdout + done.stderr, flush=True)
    return good


if __name__ == "__main__":
    sys.exit(main())
