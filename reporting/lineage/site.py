"""The site that describes every model, column, test and dashboard, as one file."""

from __future__ import annotations

import shutil
from pathlib import Path

from dbt_project.run import run_dbt, target_folder
from infra.local.problems import Problem
from infra.settings import Settings


def build_site(settings: Settings) -> Path:
    """Build CORRIDOR_HOME/docs/index.html from the project and the running warehouse; returns it.

    Raises Problem if dbt fails.
    """
    from reporting.publications.dbt_outcomes import dbt_problem

    outcome = run_dbt(settings, ["docs", "generate", "--static"], target="docs")
    if not outcome.success:
        raise Problem(
            f"dbt could not describe the models ({dbt_problem(outcome)}): is the stack up (`corridor status`)? "
            f"Look at dbt.log below {settings.home / 'dbt'}."
        )
    folder = settings.home / "docs"
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    return Path(shutil.copyfile(target_folder(settings, "docs") / "static_index.html", folder / "index.html"))
