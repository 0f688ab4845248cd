"""`corridor release`: hand out frozen figures, and say what became of them."""

from __future__ import annotations

import json
from datetime import date, datetime
from typing import TYPE_CHECKING, Annotated, Any

import typer

from infra.cli.database import told_plainly

if TYPE_CHECKING:
    import psycopg

    from reporting.releases.model import Release, Window

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    help="Freeze figures for donors and the public, list what is missing before, compare with what is known now.",
)

AsJson = Annotated[bool, typer.Option("--json", help="Print JSON instead of a table.")]
Programme = Annotated[str, typer.Option("--programme", "-p", help="Code of the programme.")]
Day = Annotated[datetime, typer.Option(formats=["%Y-%m-%d"], help="First or last day of a quarter.")]
Name = Annotated[str, typer.Argument(metavar="NAME", help="Name of the release, as `list` shows it.")]


@app.command()
def missing(programme: Programme, start: Day, end: Day, as_json: AsJson = False) -> None:
    """List what is missing before a release of these quarters, and who does what about it. Exit code 1 if anything is.

    Example: corridor release missing -p SIM --start 2019-01-01 --end 2019-06-30
    """
    from reporting.publications.pointer import read_pointer
    from reporting.releases.missing import missing as find_missing
    from reporting.releases.model import ReleaseError

    with told_plainly(ReleaseError), _warehouse() as connection:
        publication_id = read_pointer(connection).publication_id or 0
        found = [each.as_dict() for each in find_missing(connection, _window(programme, start, end), publication_id)]
    if as_json:
        _print_json(found)
    elif found:
        _print(_table(found, ("city", "period", "what", "next_step"), f"{len(found)} things are missing"))
    else:
        _print("Nothing is missing: every city submitted, wrote its text and was validated.")
    if found:
        raise typer.Exit(1)


@app.command()
def create(
    name: Name,
    programme: Programme,
    start: Day,
    end: Day,
    even_though: Annotated[str, typer.Option("--even-though", help="Why, if something is missing.")] = "",
    by: Annotated[str, typer.Option("--by", help="Who does it.", show_default="your user name")] = "",
    as_json: AsJson = False,
) -> None:
    """Release what readers see now of these quarters. Repeating it changes nothing.

    Example: corridor release create sim-2019-h1 -p SIM --start 2019-01-01 --end 2019-06-30
    """
    import getpass

    from reporting.releases.make import make_release
    from reporting.releases.model import ReleaseError

    with told_plainly(ReleaseError), _warehouse() as connection:
        made = make_release(
            connection,
            name,
            _window(programme, start, end),
            by=by.strip() or getpass.getuser(),
            even_though=even_though.strip() or None,
        )
    _print_json(made.as_dict()) if as_json else _print(_sentence(made))


@app.command("list")
def list_command(
    programme: Annotated[str, typer.Option("--programme", "-p", help="Code of a programme; all if left out.")] = "",
    as_json: AsJson = False,
) -> None:
    """List releases, the newest first.

    Example: corridor release list -p SIM
    """
    from reporting.releases.catalogue import list_releases

    with told_plainly(), _warehouse() as connection:
        found = [each.as_dict() for each in list_releases(connection, programme or None)]
    if as_json:
        _print_json(found)
        return
    columns = (
        "name",
        "programme_code",
        "period_start",
        "period_end",
        "publication_id",
        "created_at",
        "cells",
        "hidden",
    )
    _print(_table(found, columns, "Releases") if found else "Nothing was released yet: `corridor release create`.")


@app.command()
def restatements(name: Name, as_json: AsJson = False) -> None:
    """Show cells of a release that say something else today: as reported, as known now, since when, and why.

    Example: corridor release restatements sim-2019-h1
    """
    from reporting.releases.model import ReleaseError
    from reporting.releases.restatements import restatements as find_restatements

    with told_plainly(ReleaseError), _warehouse() as connection:
        found = find_restatements(connection, name)
    if as_json:
        _print_json(found)
        return
    columns = (
        "indicator_code", "geography_code", "period_start", "period_precision", "dimension_value", "reported",
        "known_now", "what", "reason", "since_publication",
    )  # fmt: skip
    _print(_table(found, columns, f"{len(found)} cells of {name} say something else now") if found else
           f"Everything that {name} says still stands.")  # fmt: skip


def _window(programme: str, start: datetime, end: datetime) -> Window:
    from reporting.releases.model import Window

    return Window(programme, start.date(), end.date())


def _sentence(made: Release) -> str:
    simulated = "simulated " if made.is_simulated else ""
    although = f", although {made.missing} things were missing ({made.even_though})" if made.even_though else ""
    return (
        f"{made.name} holds {made.cells:,} {simulated}cells of {made.programme_code} from {made.period_start} to "
        f"{made.period_end}, {made.hidden:,} of them hidden, as of publication {made.publication_id}{although}."
    )


def _warehouse() -> psycopg.Connection:
    import psycopg

    from infra.settings import Settings

    return psycopg.connect(
        Settings.load().dsn("warehouse"), autocommit=True, connect_timeout=10, application_name="corridor release"
    )


def _table(rows: list[dict[str, Any]], columns: tuple[str, ...], title: str) -> Any:
    from reporting.publications.tables import facts_table

    return facts_table(rows, columns, title)


def _print(part: Any) -> None:
    from rich.console import Console

    Console(highlight=False).print(part)


def _print_json(document: Any) -> None:
    print(json.dumps(document, indent=2, default=_text, ensure_ascii=False))


def _text(value: Any) -> str:
    return value.isoformat() if isinstance(value, date) else str(value)
