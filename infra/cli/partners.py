"""`corridor partners`: partners whose own Kafka producers write to an intake topic."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Annotated

import typer

from infra.cli.database import told_plainly
from infra.cli.scope import check_scope, split

if TYPE_CHECKING:
    from infra.settings import Settings
    from ingestion.intake_partners import Connection

app = typer.Typer(no_args_is_help=True, add_completion=False, help="Let partners' own Kafka producers write.")


@app.command()
def add(
    programme: Annotated[str, typer.Option(help="Programme that the producer writes to, such as CM.")],
    partner: Annotated[str, typer.Option(help="Code of the partner: lower-case letters, digits and '-'.")],
    source_prefix: Annotated[str, typer.Option(help="What the source of every event must begin with.")],
    cities: Annotated[
        str | None, typer.Option(help="City codes with commas between; else the whole programme.")
    ] = None,
    types: Annotated[str | None, typer.Option(help="Event types with commas between; else every type.")] = None,
    partitions: Annotated[int, typer.Option(min=1, max=64, help="Of the topic; more can be read at once.")] = 4,
) -> None:
    """Make the partner's topic and its user, and show how to sign in, this once: the password is not kept.

    Example: corridor partners add --programme CM --partner adama --source-prefix urn:adama: --cities ADAMA
    """
    from ingestion.intake_partners import add_partner

    named = split(cities), split(types)
    check_scope(programme, *named)
    with _settings() as settings:
        made = add_partner(
            settings, programme=programme, partner=partner, source_prefix=source_prefix, cities=named[0],
            types=named[1], partitions=partitions,
        )  # fmt: skip
    _show(made)


@app.command(name="list")
def list_all() -> None:
    """List the partners with a producer: their scope, what waits of theirs, when something last came.

    Example: corridor partners list
    """
    from rich.console import Console
    from rich.table import Table

    from ingestion.intake_partners import list_partners
    from ingestion.streaming.intake.lag import intake_lag

    with _settings() as settings:
        lags = {lag.partner: lag for lag in intake_lag(settings, "owner")}
        partners = list_partners(settings)
    table = Table(pad_edge=False)
    for column in (
        "partner",
        "programme",
        "source begins with",
        "cities",
        "types",
        "topic",
        "waiting",
        "last",
        "state",
    ):
        table.add_column(column, overflow="fold")
    for each in partners:
        lag = lags.get(each.partner)
        last = lag.last_taken_at if lag else None
        table.add_row(
            each.partner,
            each.programme,
            each.source_prefix,
            "all" if each.cities is None else ", ".join(each.cities),
            "all" if each.types is None else ", ".join(each.types),
            each.topic,
            str(lag.waiting if lag else 0),
            "never" if last is None else f"{last:%Y-%m-%d %H:%M}",
            f"revoked {each.revoked_at:%Y-%m-%d}" if each.revoked_at else (lag.state if lag else ""),
        )
    Console().print(table)


@app.command()
def revoke(partner: Annotated[str, typer.Argument(help="The code that `corridor partners list` shows.")]) -> None:
    """Take the right to write away, at once. What was written before is still taken over. Safe to repeat.

    Example: corridor partners revoke adama
    """
    from ingestion.intake_partners import revoke_partner

    with _settings() as settings:
        could = revoke_partner(settings, partner)
    typer.echo(f"{partner} can write nothing any more." if could else f"{partner} had been revoked before.")


@app.command()
def rotate(partner: Annotated[str, typer.Argument(help="The code that `corridor partners list` shows.")]) -> None:
    """Give the partner's user another password, and show it this once. The old one ends at once.

    Connections that are open stay open until they are closed.

    Example: corridor partners rotate adama
    """
    from ingestion.intake_partners import rotate_password

    with _settings() as settings:
        made = rotate_password(settings, partner)
    _show(made)


def _show(made: Connection) -> None:
    for name, value in (
        ("bootstrap.servers", made.bootstrap),
        ("security.protocol", made.protocol),
        ("sasl.mechanism", made.mechanism),
        ("sasl.username", made.user),
        ("sasl.password", made.password),
        ("topic", made.topic),
        ("public key", made.public_key),
    ):
        typer.echo(f"{name}={value}")
    typer.echo(
        "Keep the password now: it cannot be shown again. How to write: docs/city-partner/own-kafka.md.", err=True
    )


@contextmanager
def _settings() -> Iterator[Settings]:
    """This stack's; what Kafka or the database refuses ends the command with a sentence."""
    from kafka.errors import KafkaError

    from infra.kafka.access import AccessError
    from infra.local.problems import Problem
    from infra.settings import Settings
    from ingestion.keys import KeyRefused
    from ingestion.topics import TopicsError

    settings = Settings.load()
    try:
        with told_plainly(KeyRefused, AccessError, TopicsError):
            yield settings
    except KafkaError as error:
        raise Problem(
            f"Kafka at {settings.kafka_bootstrap} did not do it ({type(error).__name__}): look at `corridor status`. "
            "On a managed cluster this stack's user must be allowed to make users, grants and topics."
        ) from error
