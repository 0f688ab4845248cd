"""`corridor keys`: the API keys of city partners."""

from __future__ import annotations

import csv
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Annotated, TypeVar

import typer

from infra.cli import city_keys

T = TypeVar("T")

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
    from infra.local.problems import Problem
    from ingestion.contracts.registry import contracts
    from ingestion.gateway.places import read_places
    from ingestion.keys import KeyRefused, KeyScope, create_key
    from ingestion.webhook_secrets import create_signing_key

    programmes = _programmes()
    if programme not in programmes:
        raise Problem(f"There is no programme {programme!r}: choose one of {', '.join(programmes)}.")
    places = read_places()
    unknown = [city for city in _split(cities) or [] if not places.knows(city)]
    unknown += [name for name in _split(types) or [] if name not in contracts()]

    scope = KeyScope(
        programme=programme,
        partner=partner,
        source_prefix=source_prefix,
        cities=_split(cities),
        types=_split(types),
        label=label,
        expires_at=None if expires is None else expires.replace(tzinfo=UTC),
        role=role,
        requests_per_second=requests_per_second,
        events_per_second=events_per_second,
    )

    def make(dsn: str) -> str:
        if unknown:
            raise KeyRefused(f"There is no city or event type {unknown[0]!r}: see the list of places, or /docs.")
        if not webhook:
            return create_key(dsn, **vars(scope))
        key_id, secret = create_signing_key(dsn, _webhook_key(), scope)
        typer.echo(f"Sign what you send to /v1/events?key_id={key_id} with this secret:", err=True)
        return secret

    key = _ask(make)
    typer.echo(key)
    typer.echo("Keep it now: it cannot be shown again. `corridor keys revoke` ends it.", err=True)


@app.command(name="list")
def list_all() -> None:
    """List the keys with their scopes; the keys themselves are not known to anybody but their owners.

    Example: corridor keys list
    """
    from rich.console import Console
    from rich.table import Table

    from ingestion.keys import list_keys

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
    for key in _ask(list_keys):
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
    from ingestion.keys import revoke_key

    was_active = _ask(lambda dsn: revoke_key(dsn, key_id))
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

    table = Table(pad_edge=False)
    for column in ("minute (UTC)", "route", "answer", "requests", "events accepted", "events refused"):
        table.add_column(column, overflow="fold")
    rows = _ask(lambda dsn: uses_of(dsn, key_id, days))
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

    from ingestion.webhook_secrets import rotate_secret

    secret, ends = _ask(lambda dsn: rotate_secret(dsn, _webhook_key(), key_id, timedelta(hours=hours)))
    typer.echo(secret)
    typer.echo(f"Keep it now: it cannot be shown again. The earlier one ends {ends:%Y-%m-%d %H:%M} UTC.", err=True)


def _webhook_key() -> bytes:
    from infra.settings import Settings
    from ingestion.webhook_secrets import webhook_key

    return webhook_key(Settings.load().secret("webhook_key"))


def _programmes() -> list[str]:
    from infra.settings import REPO

    with (REPO / "dbt_project" / "seeds" / "programmes.csv").open(encoding="utf-8", newline="") as file:
        return [row["programme_code"] for row in csv.DictReader(file)]


def _split(text: str | None) -> list[str] | None:
    return None if text is None else [part.strip() for part in text.split(",") if part.strip()]


def _ask(call: Callable[[str], T]) -> T:
    import psycopg

    from infra.local.problems import Problem
    from infra.settings import Settings
    from ingestion.keys import KeyRefused

    try:
        return call(Settings.load().dsn("owner"))
    except KeyRefused as error:
        raise Problem(str(error)) from error
    except psycopg.OperationalError as error:
        raise Problem("The database does not answer: run `make up`, or look at `corridor status`.") from error
