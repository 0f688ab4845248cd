"""`corridor explain`: what is behind a published number."""

from __future__ import annotations

import getpass
import json
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from reporting.explain.explanation import Explanation


def command(
    cell: Annotated[
        list[str],
        typer.Argument(metavar="CELL", help="A cell_id; or PROGRAMME INDICATOR PLACE PERIOD [DIMENSION VALUE]."),
    ],
    publication: Annotated[
        int | None, typer.Option("--publication", "-p", help="Number of a publication; else what readers see.")
    ] = None,
    engineer: Annotated[
        str | None, typer.Option("--engineer", metavar="REASON", help="Show the events too; why is logged.")
    ] = None,
    by: Annotated[str, typer.Option("--by", help="Who does it, for the log.", show_default="your user name")] = "",
    limit: Annotated[int, typer.Option("--limit", "-n", min=1, help="Events in the table; JSON has all.")] = 50,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON instead of tables.")] = False,
) -> None:
    """Explain a published number: its rule, target, document, the parts it sums, and whether its events give it.

    Example: corridor explain CM CM-O3-02 ADAMA 2018-05

    Example: corridor explain SIM CM-O3-02 UG 2026 sex female --engineer "Arua asks why it fell"
    """
    import psycopg

    from infra.settings import Settings
    from reporting.explain.explanation import explain
    from reporting.publications.model import PublicationError

    try:
        dsn = Settings.load().dsn("warehouse")
        with psycopg.connect(dsn, autocommit=True, connect_timeout=10, application_name="corridor explain") as conn:
            who = by.strip() or getpass.getuser()
            found = explain(conn, cell, publication_id=publication, engineer=engineer, by=who)
    except PublicationError as error:
        _fail(str(error))
    except psycopg.OperationalError as error:
        _fail(f"The database does not answer ({str(error).splitlines()[0]}): run `make up`, or see `corridor status`.")
    if as_json:
        print(json.dumps(found.as_dict(), indent=2, default=str, ensure_ascii=False))
    else:
        _show(found, limit)


def _show(found: Explanation, limit: int) -> None:
    from rich.console import Console

    from reporting.publications.tables import facts_table

    console = Console(highlight=False)
    head = {**found.cell, "held_cities": found.held_cities}
    for title, facts in (
        (f"The cell in publication {found.publication_id}", head),
        ("Its rule", found.rule),
        ("Its target and baseline", found.target),
        ("Its document", found.document),
    ):
        if rows := [{"what": name.replace("_", " "), "is": _text(value)} for name, value in _filled(facts)]:
            console.print(facts_table(rows, ("what", "is"), title))
    if found.parts:
        of_parts = ("equation", "geography_name", "actual", "suppression", "cell_id")
        console.print(facts_table(found.parts, of_parts, "What it is the sum of"))
    console.print(found.because, markup=False)
    if found.events is not None:
        columns = ("source", "event_id", "event_type", "city", "month", "record_versions", "corrected")
        console.print(facts_table(found.events[:limit], columns, f"{len(found.events)} events"))
        if len(found.events) > limit:
            console.print(f"{len(found.events) - limit} more: use --limit or --json.")


def _filled(facts: dict[str, Any]) -> list[tuple[str, Any]]:
    return [(name, value) for name, value in facts.items() if value not in (None, "")]


def _text(value: Any) -> str:
    return {True: "yes", False: "no"}[value] if isinstance(value, bool) else str(value)


def _fail(sentence: str) -> None:
    typer.echo(sentence, err=True)
    raise typer.Exit(1)
