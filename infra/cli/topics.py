"""`corridor topics`: the Kafka topics and how they match the list of the code."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

import typer

T = TypeVar("T")

app = typer.Typer(
    no_args_is_help=True, add_completion=False, help="Show the Kafka topics, or bring the cluster to the list."
)


@app.command()
def show() -> None:
    """Show each topic of the list: partitions, replication, retention, and whether it exists.

    Example: corridor topics show
    """
    from rich.console import Console
    from rich.table import Table

    from infra.kafka.client import kafka_python_settings
    from infra.settings import Settings
    from ingestion.topics import DAY_MS, describe

    rows = _ask(lambda: describe(kafka_python_settings(Settings.load())))
    table = Table(pad_edge=False)
    # The name must stay whole, to be copied; what the topic holds may take several lines.
    table.add_column("topic", no_wrap=True)
    for column in ("partitions", "copies", "kept"):
        table.add_column(column)
    table.add_column("holds", overflow="fold")
    for row in rows:
        kept = f"{int(row['config']['retention.ms']) / DAY_MS:g} days" if row["exists"] else "[red]missing[/]"
        table.add_row(row["name"], str(row["partitions"]), str(row["replication"]), kept, row["purpose"])
    Console().print(table)
    if not all(row["exists"] for row in rows):
        raise typer.Exit(1)


@app.command()
def apply() -> None:
    """Create what is missing and set what differs; says what was done. Safe to repeat.

    Example: corridor topics apply
    """
    from infra.kafka.client import kafka_python_settings
    from infra.settings import Settings
    from ingestion.topics import apply as bring_to_list

    settings = Settings.load()
    done = _ask(lambda: bring_to_list(kafka_python_settings(settings), env=settings.env))
    print("\n".join(done) if done else "Nothing to do.")


def _ask(call: Callable[[], T]) -> T:
    from kafka.errors import KafkaError

    from infra.local.problems import Problem
    from infra.settings import Settings
    from ingestion.topics import TopicsError

    try:
        return call()
    except TopicsError as error:
        raise Problem(str(error)) from error
    except KafkaError as error:
        raise Problem(
            f"Kafka does not answer at {Settings.load().kafka_bootstrap} ({type(error).__name__}): run `make up`."
        ) from error
