"""`corridor rejects`: refused events, and their sealed bodies."""

from __future__ import annotations

import getpass
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Annotated, TypeVar

import typer

T = TypeVar("T")

app = typer.Typer(no_args_is_help=True, add_completion=False, help="Look at refused events.")


@app.command(name="list")
def list_all(
    partner: Annotated[str | None, typer.Option(help="Only of this partner.")] = None,
    code: Annotated[str | None, typer.Option(help="Only with this reason, such as schema_violation.")] = None,
    since: Annotated[datetime | None, typer.Option(help="UTC day or time from which on.")] = None,
    limit: Annotated[int, typer.Option(min=1, max=10_000, help="At most so many, the newest first.")] = 50,
) -> None:
    """List refused events with their reasons; bodies stay sealed.

    Example: corridor rejects list --partner adama --since 2026-03-01
    """
    from rich.console import Console
    from rich.table import Table

    from ingestion.rejects import list_rejects

    since = None if since is None else since.replace(tzinfo=UTC)
    table = Table(pad_edge=False)
    for column in ("number", "received", "partner", "type", "id", "code", "where", "reason"):
        table.add_column(column, overflow="fold")
    for each in _ask(lambda dsn: list_rejects(dsn, partner=partner, code=code, since=since, limit=limit)):
        received = "" if each.received_at is None else f"{each.received_at:%Y-%m-%d %H:%M}"
        texts = (each.partner, each.type, each.event_id, each.code, each.pointer, each.detail)
        table.add_row(str(each.rejection_id), received, *(text or "" for text in texts))
    Console().print(table)


@app.command()
def show(
    number: Annotated[int, typer.Argument(help="The number that `corridor rejects list` shows.")],
    reason: Annotated[str, typer.Option(prompt="Why must it be opened", help="Kept with your name and the time.")],
) -> None:
    """Open the sealed body of a refused event. It may hold personal data; that you opened it is logged.

    Example: corridor rejects show 1234 --reason "partner asks what was sent"
    """
    from infra.settings import Settings
    from ingestion.rejects import open_reject

    private_key = Settings.load().secret("sealing_private")
    body = _ask(lambda dsn: open_reject(dsn, number, private_key=private_key, by=getpass.getuser(), reason=reason))
    typer.echo(body.decode("utf-8", "backslashreplace"))
    typer.echo("It may hold personal data: keep no copy. This opening is logged.", err=True)


def _ask(call: Callable[[str], T]) -> T:
    import psycopg

    from infra.local.problems import Problem
    from infra.settings import Settings
    from ingestion.rejects import RejectsError

    try:
        return call(Settings.load().dsn("owner"))
    except RejectsError as error:
        raise Problem(str(error)) from error
    except psycopg.OperationalError as error:
        raise Problem("The database does not answer: run `make up`, or look at `corridor status`.") from error
