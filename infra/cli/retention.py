"""`corridor retention`: how long what is kept."""

from __future__ import annotations

from typing import Annotated

import typer

app = typer.Typer(no_args_is_help=True, add_completion=False, help="Show how long what is kept; delete what is older.")


@app.command()
def show() -> None:
    """List topics, tables and all else that is kept: what of people, how long, and why.

    Example: corridor retention show
    """
    from rich.console import Console
    from rich.table import Table

    from infra.retention.policy import others, people_in_topics, policy
    from infra.settings import Settings
    from ingestion.topics import DAY_MS, configured

    table = Table(pad_edge=False)
    for name in ("store", "people", "kept", "why"):
        table.add_column(name, overflow="fold")
    for topic in configured(Settings.load().env):
        people = people_in_topics()[topic.name]
        table.add_row(topic.name, people, f"{topic.retention_ms / DAY_MS:g} days", topic.purpose)
    for other in others():
        table.add_row(other.name, other.people or "", other.kept, other.why)
    for kept in policy():
        table.add_row(kept.table, kept.people or "", kept.how_long, kept.why)
    Console().print(table)


@app.command()
def apply(
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say how much would go.")] = False,
) -> None:
    """Delete what is older than the policy keeps. The DAG keep_no_longer does so each night. Safe to repeat.

    Example: corridor retention apply --dry-run
    """
    from infra.retention.enforcing import enforce
    from infra.settings import Settings

    for table, rows in enforce(Settings.load(), dry_run=dry_run).items():
        typer.echo(f"{table}: {rows:,} rows {'would go' if dry_run else 'went'}")
