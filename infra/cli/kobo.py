"""`corridor kobo`: the forms of KoboToolbox, and pulling them now."""

from __future__ import annotations

from typing import Annotated

import typer

from infra.cli.database import told_plainly

app = typer.Typer(no_args_is_help=True, add_completion=False, help="Look at forms of KoboToolbox, or pull them now.")


@app.command(name="list")
def list_all(
    refused: Annotated[str | None, typer.Option(help="Show what was refused of this form.")] = None,
) -> None:
    """List the forms with what is known of their submissions; or the refused submissions of one form.

    Example: corridor kobo list --refused adama-registration
    """
    from rich.console import Console
    from rich.table import Table

    from infra.settings import Settings
    from ingestion.kobo.overview import list_forms, list_refused

    settings = Settings.load()
    table = Table(pad_edge=False)
    with told_plainly():
        if refused is not None:
            headings: tuple[str, ...] = ("submission", "edit", "seen", "code", "question", "where", "receipt")
            rows = list_refused(settings, refused)
        else:
            headings = ("form", "types", "asset", "submissions", "deleted", "refused", "under way", "last", "problem")
            rows = list_forms(settings)
    for heading in headings:
        table.add_column(heading, overflow="fold")
    for row in rows:
        table.add_row(*row)
    Console().print(table)


@app.command()
def pull(
    form: Annotated[str | None, typer.Argument(help="Only this form; without it every one that has an asset.")] = None,
    again: Annotated[bool, typer.Option("--again", help="Send what was refused before once more.")] = False,
    accept_deletions: Annotated[
        bool, typer.Option("--accept-deletions", help="Void what vanished, however much it is. Needs a form.")
    ] = False,
) -> None:
    """Read the forms from KoboToolbox now, as the DAG pull_kobo does by itself.

    Example: corridor kobo pull adama-registration --again
    """
    import psycopg

    from infra.local.problems import Problem
    from infra.settings import Settings
    from ingestion.kobo.api import KoboTrouble
    from ingestion.kobo.door import PullRefused
    from ingestion.kobo.pull import is_configured, pull_form, pulled_forms
    from ingestion.kobo.read_form import FormError
    from ingestion.partner_client.corridor_client import SendError

    settings = Settings.load()
    if accept_deletions and form is None:
        raise Problem("Name the form whose deletions are right: corridor kobo pull FORM --accept-deletions.")
    if not is_configured(settings):
        raise Problem(
            "No KoboToolbox is configured: set CORRIDOR_KOBO_URL, put the account's API key into the secret "
            "kobo_token, and give a form its asset uid (CORRIDOR_KOBO_ASSETS). See docs/city-partner/kobo.md."
        )
    failed = False
    for name in [form] if form is not None else pulled_forms(settings):
        try:
            done = pull_form(settings, name, again=again, accept_deletions=accept_deletions)
        except (FormError, KoboTrouble, PullRefused, SendError, psycopg.OperationalError) as error:
            typer.echo(f"{name}: {error}", err=True)
            failed = True
            continue
        typer.echo(
            f"{name}: {done.listed} listed, {done.sent} sent, {done.voided} deleted; events: {done.accepted} accepted, "
            f"{done.duplicates} known already, {done.refused} refused"
        )
    if failed:
        raise typer.Exit(1)
