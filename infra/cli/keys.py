"""`corridor keys`: the API keys of city partners."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated

import typer

from infra.cli import city_keys
from infra.cli.database import owner_dsn, told_plainly, webhook_key
from infra.cli.scope import check_scope, split

app = typer.Typer(no_args_is_help=True, add_completion=False, help="Make, list and revoke the API keys of partners.")
app.add_typer(city_keys.app, name="city")


@app.command()
def create(
    programme: Annotated[str, typer.Option(help="Programme that the key writes to, such as CM.")],
    partner: Annotated[str, typer.Option(help="Code of the partner: lower-case letters, digits and '-'.")],
    source_prefix: Annotated[str, typer.Option(help="What the source of every event must begin with.")],
    cities: Annotated[
        str | None, typer.Option(help="City codes with commas between; else the whole programme.")
    ] = None,
    types: Annotated[str | None, typer.Option(help="Event types with commas between; else every type.")] = None,
    label: Annotated[str, typer.Option(help="Words that help you to know the key again.")] = "",
    expires: Annotated[datetime | None, typer.Option(help="UTC day or time from which the key is refused.")] = None,
    role: Annotated[str, typer.Option(help="partner, or programme_officer (validates periods).")] = "partner",
    requests_per_second: Annotated[float | None, typer.Option(help="Else the gateway's own limit.")] = None,
    events_per_second: Annotated[float | None, typer.Option(help="Else the gateway's own limit.")] = None,
    webhook: Annotated[bool, typer.Option("--webhook", help="A key that signs (Standard Webhooks).")] = False,
) -> None:
    """Make a key and show it, this once: only its hash is stored, or, with --webhook, its encrypted secret.

    Example: corridor keys create --programme CM --partner adama --source-prefix urn:adama: --cities ADAMA
    """
    from ingestion.keys import KeyRefused, KeyScope, create_key
    from ingestion.webhook_secrets import create_signing_key

    scope = KeyScope(
        programme=programme,
        partner=partner,
        source_prefix=source_prefix,
        cities=split(cities),
        types=split(types),
        label=label,
        expires_at=None if expires is None else expires.replace(tzinfo=UTC),
        role=role,
        requests_per_second=requests_per_second,
        events_per_second=events_per_second,
    )

    check_scope(scope.programme, scope.cities, scope.types)
    with told_plainly(KeyRefused):
        if webhook:
            key_id, key = create_signing_key(owner_dsn(), webhook_key(), scope)
            typer.echo(f"Sign what you send to /v1/events?key_id={key_id} with this secret:", err=True)
        else:
            key = create_key(owner_dsn(), **vars(scope))
    typer.echo(key)
    typer.echo("Keep it now: it cannot be shown again. `corridor keys revoke` ends it.", err=True)


@app.command(name="list")
def list_all() -> None:
    """List the keys with their scopes; the keys themselves are not known to anybody but their owners.

    Example: corridor keys list
    """
    from rich.console import Console
    from rich.table import Table

    from ingestion.keys import KeyRefused, list_keys

    with told_plainly(KeyRefused):
        keys = list_keys(owner_dsn())

    table = Table(pad_edge=False)
    for column in (
        "id",
        "programme",
        "partner",
        "source begins with",
        "cities",
        "types",
        "label",
        "made",
        "last use",
        "state",
    ):
        table.add_column(column, overflow="fold")
    for key in keys:
        table.add_row(
            f"{key.key_id} (signs)" if key.signs else key.key_id,
            key.programme,
            key.partner,
            key.source_prefix,
            "all" if key.cities is None else ", ".join(key.cities),
            "all" if key.types is None else ", ".join(key.types),
            key.label,
            f"{key.created_at:%Y-%m-%d}",
            "never" if key.last_used_at is None else f"{key.last_used_at:%Y-%m-%d %H:%M}",
            key.state if key.expires_at is None or key.state != "active" else f"until {key.expires_at:%Y-%m-%d}",
        )
    Console().print(table)


@app.command()
def revoke(key_id: Annotated[str, typer.Argument(help="The id that `corridor keys list` shows.")]) -> None:
    """Revoke a key: the gateway refuses it within 5 seconds. Safe to repeat.

    Example: corridor keys revoke 1a2b3c4d
    """
    from ingestion.keys import KeyRefused, revoke_key

    with told_plainly(KeyRefused):
        was_active = revoke_key(owner_dsn(), key_id)
    typer.echo(f"{key_id} is revoked." if was_active else f"{key_id} had been revoked before.")


@app.command()
def uses(
    key_id: Annotated[str, typer.Argument(help="The id that `corridor keys list` shows; `none`: without any key.")],
    days: Annotated[int, typer.Option(min=1, help="How many days to look back.")] = 7,
) -> None:
    """Show what a key was used for, the latest minutes first. Written by the gateway every 10 seconds.

    Example: corridor keys uses 1a2b3c4d --days 30
    """
    from rich.console import Console
    from rich.table import Table

    from ingestion.key_uses import MOST_ROWS, uses_of
    from ingestion.keys import KeyRefused

    table = Table(pad_edge=False)
    for column in ("minute (UTC)", "route", "answer", "requests", "events accepted", "events refused"):
        table.add_column(column, overflow="fold")
    with told_plainly(KeyRefused):
        rows = uses_of(owner_dsn(), key_id, days)
    for row in rows:
        table.add_row(f"{row[0]:%Y-%m-%d %H:%M}", *(str(value) for value in row[1:]))
    Console().print(table)
    if not rows:
        typer.echo(f"Nobody used {key_id} within {days} days.")
    elif len(rows) == MOST_ROWS:
        typer.echo(f"Only the latest {MOST_ROWS} rows are shown; ops.v_key_use holds all.")


@app.command()
def rotate(
    key_id: Annotated[str, typer.Argument(help="The id of a key made with --webhook.")],
    hours: Annotated[float, typer.Option(min=0, help="For how long the present secret is taken as well.")] = 24.0,
) -> None:
    """Make a new secret for a key that signs. Of a key that is sent, make a second one and revoke the first later.

    Example: corridor keys rotate 1a2b3c4d --hours 48
    """
    from datetime import timedelta

    from ingestion.keys import KeyRefused
    from ingestion.webhook_secrets import rotate_secret

    with told_plainly(KeyRefused):
        secret, ends = rotate_secret(owner_dsn(), webhook_key(), key_id, timedelta(hours=hours))
    typer.echo(secret)
    typer.echo(f"Keep it now: it cannot be shown again. The earlier one ends {ends:%Y-%m-%d %H:%M} UTC.", err=True)
