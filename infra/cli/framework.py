"""`corridor framework`: the reference data as an M&E officer edits it."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

app = typer.Typer(
    no_args_is_help=True, add_completion=False, help="Check the results framework and other reference data."
)


@app.callback()
def group() -> None:
    """Keeps `check` a command of its own while it is the only one."""


@app.command()
def check(
    folder: Annotated[Path | None, typer.Option(help="A folder like dbt_project/seeds.", show_default=False)] = None,
) -> None:
    """Refuse reference data with a fault, each with file and line. Needs no service; nothing is loaded.

    Example: corridor framework check
    """
    from dbt_project.framework.check import SEEDS, check_framework
    from infra.local.problems import Problem

    found = check_framework(folder or SEEDS)
    if found:
        raise Problem("\n".join(map(str, found)))
    typer.echo("The reference data has no fault.")
