"""`corridor archive`: months of raw.events in Parquet files."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

import typer

app = typer.Typer(
    no_args_is_help=True, add_completion=False, help="Keep old months of events in files, and bring them back."
)

MonthText = Annotated[str, typer.Argument(metavar="MONTH", help="The month in which the events were loaded: 2026-03.")]


class Format(StrEnum):
    """How `read` writes rows."""

    jsonl = "jsonl"
    csv = "csv"


@app.command(name="list")
def list_all() -> None:
    """List the months of events: in the database, in a file, or both.

    Example: corridor archive list
    """
    import psycopg
    from rich.console import Console
    from rich.table import Table

    from infra.settings import Settings
    from ingestion.archive.months import list_months

    with psycopg.connect(Settings.load().dsn("owner")) as connection:
        months = list_months(connection)
    table = Table(pad_edge=False)
    for name in ("month", "events", "in the database", "file"):
        table.add_column(name, justify="right" if name == "events" else "left", overflow="fold")
    for each in months:
        here = f"{each.table_bytes / 2**20:,.0f} MB" if each.table_bytes is not None else "no"
        size = f"{each.file_bytes / 2**20:,.0f} MB" if each.file_bytes is not None else ""
        count = f"{each.rows:,}" if each.path else f"about {each.rows:,}"
        table.add_row(str(each.month), count, here, f"{each.path} {size}" if each.path else "")
    Console().print(table)


@app.command()
def make(
    month: Annotated[str | None, typer.Argument(metavar="[MONTH]", help="A month such as 2026-03.")] = None,
    older_than: Annotated[int | None, typer.Option(min=1, help="Every month older than so many months.")] = None,
    keep: Annotated[bool, typer.Option("--keep", help="Write and verify the file; the month stays.")] = False,
    even_though_read: Annotated[
        bool, typer.Option("--even-though-read", help="Also a month whose events results are computed from.")
    ] = False,
) -> None:
    """Write months to files, read them back, and only then take them out of the database.

    Results are computed from all events, so a month that holds any is refused: the next build would count them no
    more. Identities stay in the database, so that an archived event that is sent again is still a duplicate.

    Example: corridor archive make --older-than 24 --keep
    """
    from infra.settings import Settings
    from ingestion.archive.making import archive_month
    from ingestion.archive.months import Month, connection_alone, list_months, months_before
    from ingestion.archive.problems import ArchiveProblem

    if (month is None) == (older_than is None):
        raise ArchiveProblem("Name a month, or say --older-than: one of the two.")
    settings = Settings.load()
    if month is not None:
        wanted = [Month.parse(month)]
    else:
        assert older_than is not None
        limit = months_before(older_than).first
        with connection_alone(settings) as connection:
            wanted = [each.month for each in list_months(connection) if each.in_database and each.month.first < limit]
    for each in wanted:
        path = archive_month(settings, each, even_though_read=even_though_read, keep=keep)
        print(f"{each}: {path}{' (and still in the database)' if keep else ''}")
    if not wanted:
        print("No month is that old.")


@app.command()
def read(month: MonthText, format: Annotated[Format, typer.Option()] = Format.jsonl) -> None:
    """Write the events of an archived month to standard output.

    Example: corridor archive read 2026-03 --format csv
    """
    from infra.settings import Settings
    from ingestion.archive.months import Month
    from ingestion.archive.reading import read_as_csv, read_as_json

    written = read_as_csv if format is Format.csv else read_as_json
    for line in written(Settings.load(), Month.parse(month)):
        print(line)


@app.command()
def attach(month: MonthText) -> None:
    """Put an archived month back into the database; the file stays.

    Example: corridor archive attach 2026-03
    """
    from infra.settings import Settings
    from ingestion.archive.attaching import attach_month
    from ingestion.archive.months import Month

    print(f"{month}: {attach_month(Settings.load(), Month.parse(month)):,} events are in the database again.")
