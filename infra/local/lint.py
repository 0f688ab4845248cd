"""All static checks, side by side; the output of one that fails is shown whole.

python -m infra.local.lint [NAME ...]   runs the named ones only: types, migrations, models, framework, style, format,
yaml
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from infra.local.process import clean_environment
from infra.settings import REPO

BIN = Path(sys.executable).parent
SQL_LINT = ["sqlfluff", "lint", "--processes", "1", "--disable-progress-bar"]


@dataclass(frozen=True)
class Check:
    """One tool over the whole repository; `title` is what is printed."""

    title: str
    command: list[str]
    folder: Path = REPO


CHECKS: dict[str, Check] = {
    "types": Check("types (mypy)", ["mypy"]),
    "migrations": Check("SQL (sqlfluff)", [*SQL_LINT, "infra/postgres/migrations"]),
    # sqlfluff takes the templater of the folder that it is run in.
    "models": Check("dbt (sqlfluff)", [*SQL_LINT, "models", "tests"], REPO / "dbt_project"),
    "framework": Check("reference data", ["python", "-m", "dbt_project.framework.check"]),
    "style": Check("style (ruff)", ["ruff", "check", "."]),
    "format": Check("format (ruff)", ["ruff", "format", "--check", "--diff", "."]),
    "yaml": Check("YAML (yamllint)", ["yamllint", "--strict", "."]),
}


def main(names: Sequence[str] = ()) -> int:
    """Run the checks of these names, or all of them; exit code 1 if one failed, 2 if there is none of such a name."""
    unknown = [name for name in names if name not in CHECKS]
    if unknown:
        print(f"There is no check {', '.join(unknown)}. The checks are {', '.join(CHECKS)}.", file=sys.stderr)
        return 2
    with ThreadPoolExecutor(2) as pool:
        outcomes = list(pool.map(_run, [CHECKS[name] for name in names or CHECKS]))
    return 0 if all(outcomes) else 1


def _run(check: Check) -> bool:
    program, *arguments = check.command
    began = time.monotonic()
    environment = {**clean_environment(), "PATH": f"{BIN}{os.pathsep}{os.environ.get('PATH', '')}"}
    done = subprocess.run(
        [str(BIN / program), *arguments], cwd=check.folder, env=environment, capture_output=True, text=True
    )
    good = done.returncode == 0
    print(f" {'✓' if good else '✗'} {check.title:<18} {time.monotonic() - began:5.1f} s", flush=True)
    if not good:
        print(done.stdout + done.stderr, flush=True)
    return good


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
