"""`corridor retention`: how long what is kept."""

from __future__ import annotations

from typing import Annotated

import typer

app = typer.Typer(no_args_is_help=True, add_completion=False, help="Show how long what is kept; delete what is older.")


@app.command()
def show() -> None:
    """List topics and tables with their days, and why.

    Example: corridor retention show
    """
    from rich.console import Console
    from rich.table import Table

    from infra.settings import Settings
    from ingestion.topics import DAY_MS, configured
    from reporting.retention.policy import policy

    table = Table("store", "class", "kept", "why", pad_edge=False)
    for topic in configured(Settings.load().env):
        table.add_row(topic.name, "log", f"{topic.retention_ms / DAY_MS:g} days", topic.purpose)
    for kept in policy():
        what = f"{kept.blank} " if kept.blank else ""
        table.add_row(kept.table, kept.kind, "always" if kept.days is None else f"{what}{kept.days} days", kept.why)
    Console().print(table)


@app.command()
def apply(
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say how much would go.")] = False,
) -> None:
    """Delete what is older than the policy keeps. The DAG keep_no_longer does so each night. Safe to repeat.

    Example: corridor retention apply --dry-run
    """
    from infra.settings import Settings
    from reporting.retention.enforcing import enforce

    for table, rows in enforce(Settings.load(), dry_run=dry_run).items():
        typer.echo(f"{table}: {rows:,} rows {'would go' if dry_run else 'went'}")
