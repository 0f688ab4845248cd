"""`corridor publications`: what was published, what changed, and stepping in."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    import psycopg

    from reporting.publications.model import Pointer

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    help="List, show, compare, restore and hold publications. Exit code 1 and one sentence when something is wrong.",
)

AsJson = Annotated[bool, typer.Option("--json", help="Print JSON instead of a table.")]
By = Annotated[str, typer.Option("--by", help="Who does it, for the log.", show_default="your user name")]
Number = Annotated[int, typer.Argument(metavar="ID", help="Number of a publication, from `list`.")]
Reason = Annotated[str, typer.Option("--reason", "-r", help="Why, for the log and everybody who asks.")]


@app.command("list")
def list_command(
    limit: Annotated[int, typer.Option("--limit", "-n", min=1, help="How many of the newest.")] = 20,
    as_json: AsJson = False,
) -> None:
    """List publications, newest first, and say which one readers see.

    Example: corridor publications list -n 5
    """
    from reporting.publications.history import list_publications
    from reporting.publications.pointer import read_pointer

    with _warehouse() as connection:
        found, pointer = list_publications(connection, limit), read_pointer(connection)
    if as_json:
        _print_json({"current": vars(pointer), "publications": [each.as_dict() for each in found]})
        return
    from reporting.publications.tables import pointer_line, publications_table

    _print(publications_table(found, pointer), pointer_line(pointer))


@app.command()
def show(publication_id: Number, as_json: AsJson = False) -> None:
    """Show one publication: its cells by programme, what its audit said, its log.

    Example: corridor publications show 12
    """
    from reporting.publications.history import show_publication

    with _warehouse() as connection:
        document = show_publication(connection, publication_id)
    if as_json:
        _print_json(document)
        return
    from reporting.publications.tables import facts_table

    head = [{"what": name.replace("_", " "), "is": value} for name, value in document["publication"].items()]
    failed = [verdict for verdict in document["audit"] if not verdict["success"]]
    _print(
        facts_table(head, ("what", "is"), f"Publication {publication_id}"),
        facts_table(document["cells"], ("programme_code", "cells", "hidden", "indicators", "places"), "Cells"),
        f"Audit: {len(document['audit'])} expectations, {len(failed)} failed.",
        *([facts_table(failed, ("severity", "sentence", "observed"), "Failed")] if failed else []),
        facts_table(document["log"], ("happened_at", "action", "by_whom", "reason"), "Log"),
    )


@app.command("diff")
def diff_command(
    old: Annotated[int, typer.Argument(metavar="OLD", help="Number of a publication.")],
    new: Annotated[int, typer.Argument(metavar="NEW", help="Number of another one.")],
    limit: Annotated[int, typer.Option("--limit", "-n", min=1, help="Cells in the table; JSON has all.")] = 50,
    as_json: AsJson = False,
) -> None:
    """Compare two publications: cells added (+), changed (~) and removed (-), and why: what came between them.

    Example: corridor publications diff 11 12
    """
    from reporting.publications.diff import diff
    from reporting.publications.reasons import reasons

    with _warehouse() as connection:
        differences = diff(connection, old, new)
        why = reasons(connection, old, new)
    if as_json:
        _print_json({"cells": [each.as_dict() for each in differences], "why": why.as_dict()})
        return
    from reporting.publications.tables import diff_line, diff_table, reasons_parts

    rest = [f"{len(differences) - limit} more: use --limit or --json."] if len(differences) > limit else []
    table = [diff_table(differences[:limit])] if differences else []
    _print(*table, diff_line(differences, old, new), *rest, *reasons_parts(why))


@app.command()
def restore(publication_id: Number, reason: Reason, by: By = "", as_json: AsJson = False) -> None:
    """Show an earlier publication again, and hold there until `resume`.

    Example: corridor publications restore 11 --reason "Arua sent a test file"
    """
    from reporting.publications.pointer import restore as restore_publication

    with _warehouse() as connection:
        pointer = restore_publication(connection, publication_id, by=_who(by), reason=reason)
    _tell(pointer, as_json)


@app.command()
def hold(reason: Reason, by: By = "", as_json: AsJson = False) -> None:
    """Stop new publications; readers keep what they see until `resume`.

    Example: corridor publications hold --reason "steering meeting"
    """
    from reporting.publications.pointer import hold as hold_publications

    with _warehouse() as connection:
        pointer = hold_publications(connection, by=_who(by), reason=reason)
    _tell(pointer, as_json)


@app.command()
def resume(
    reason: Annotated[str, typer.Option("--reason", "-r", help="Why, for the log.")] = "",
    by: By = "",
    now: Annotated[bool, typer.Option("--now", help="Build and publish at once, not with the next load.")] = False,
    as_json: AsJson = False,
) -> None:
    """Let builds publish again: with the next load, or at once with --now.

    Example: corridor publications resume --now --reason "checked with Arua"
    """
    from reporting.publications.pointer import read_pointer
    from reporting.publications.pointer import resume as resume_publications

    with _warehouse() as connection:
        pointer = resume_publications(connection, by=_who(by), reason=reason)
        if now:
            _build()
            pointer = read_pointer(connection)
    _tell(pointer, as_json)
    if not now and not as_json:
        _print("The next load builds and publishes.")


def _build() -> None:
    from infra.settings import Settings
    from reporting.publications.build import BuildError, build

    try:
        build(Settings.load(), "corridor publications resume")
    except BuildError as error:
        _fail(f"Publications are resumed, but the build did not reach the end: {error}")


@contextmanager
def _warehouse() -> Iterator[psycopg.Connection]:
    import psycopg

    from infra.settings import Settings
    from reporting.publications.model import PublicationError

    try:
        dsn = Settings.load().dsn("warehouse")
        with psycopg.connect(
            dsn, autocommit=True, connect_timeout=10, application_name="corridor publications"
        ) as connection:
            yield connection
    except PublicationError as error:
        _fail(str(error))
    except psycopg.OperationalError as error:
        _fail(f"The database does not answer ({str(error).splitlines()[0]}): run `make up`, or see `corridor status`.")


def _who(by: str) -> str:
    import getpass

    return by.strip() or getpass.getuser()


def _tell(pointer: Pointer, as_json: bool) -> None:
    if as_json:
        _print_json(vars(pointer))
        return
    from reporting.publications.tables import pointer_line

    _print(pointer_line(pointer))


def _print(*parts: Any) -> None:
    from rich.console import Console

    console = Console(highlight=False)
    for part in parts:
        console.print(part)


def _print_json(document: Any) -> None:
    print(json.dumps(document, indent=2, default=str, ensure_ascii=False))


def _fail(sentence: str) -> None:
    typer.echo(sentence, err=True)
    raise typer.Exit(1)
