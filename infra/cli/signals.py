"""`corridor signals`: surge signals, and who is told of them."""

from __future__ import annotations

import time
from datetime import datetime
from typing import Annotated, Any

import typer

from infra.cli.database import owner_dsn, told_plainly, webhook_key
from infra.cli.scope import check_scope, split

_SHOWN = (
    "signal_id", "programme", "city", "series", "state", "since", "opened_hour", "closed_hour", "window_start",
    "window_end", "seen", "expected", "expected_is_at_most", "ratio", "reason", "method", "is_simulated", "opened_at",
    "closed_at", "sentence",
)  # fmt: skip

app = typer.Typer(no_args_is_help=True, add_completion=False, help="Surge signals, and who is told of them.")


@app.command(name="list")
def list_all(
    programme: Annotated[str | None, typer.Option(help="Only of this programme.")] = None,
    city: Annotated[str | None, typer.Option(help="Only of this city.")] = None,
    is_open: Annotated[bool, typer.Option("--open", help="Only those that are open.")] = False,
    limit: Annotated[int, typer.Option(min=1, max=10_000, help="At most so many, the newest first.")] = 50,
) -> None:
    """List surge signals, the newest first.

    Example: corridor signals list --programme CM --open
    """
    columns = ("signal_id", "state", "programme", "city", "series", "since", "closed_hour", "seen", "expected", "ratio")
    rows = _rows(
        f"select {', '.join(columns)} from live.v_surge_signals"  # noqa: S608
        " where programme = coalesce(%s, programme) and city = coalesce(%s, city) and (state = 'open' or not %s)"
        " order by opened_hour desc limit %s",
        [programme, city, is_open, limit],
    )
    _print(columns, rows)


@app.command()
def show(signal_id: Annotated[str, typer.Argument(help="The id that `corridor signals list` shows.")]) -> None:
    """Show a signal: what was seen, what was expected, since when, and by which method.

    Example: corridor signals show 558a9d7565e7cdab4328887a37a583de
    """
    from infra.local.problems import Problem

    found = _rows(f"select {', '.join(_SHOWN)} from live.v_surge_signals where signal_id = %s", [signal_id])  # noqa: S608
    if not found:
        raise Problem(f"There is no signal {signal_id!r}: see `corridor signals list`.")
    for name, value in zip(_SHOWN, found[0], strict=True):
        typer.echo(f"{name:20} {_text(value)}")


@app.command(name="subscribe")
def subscribe_url(
    url: Annotated[str, typer.Argument(help="https address that takes the webhooks.")],
    programme: Annotated[str, typer.Option(help="Of which programme, such as CM.")],
    cities: Annotated[str | None, typer.Option(help="City codes with commas between; else all.")] = None,
    series: Annotated[str | None, typer.Option(help="arrivals, registrations, clinic_visits; else all.")] = None,
    label: Annotated[str, typer.Option(help="Words that help you to know it again.")] = "",
) -> None:
    """Send signals to an address from now on, and show the secret that signs them, this once.

    Example: corridor signals subscribe https://city.example/hook --programme CM --cities ADAMA
    """
    from infra.local.problems import Problem
    from ingestion.streaming.signals.subscribers import SubscriberRefused, subscribe
    from ingestion.streaming.surge.city_keys import programmes_with_signals

    asked = split(cities)
    check_scope(programme, asked, None)
    if programme not in programmes_with_signals():
        raise Problem(f"{programme} never has signals: choose one of {', '.join(programmes_with_signals())}.")
    with told_plainly(SubscriberRefused):
        subscriber_id, secret = subscribe(owner_dsn(), webhook_key(), url, programme, asked, split(series), label)
    typer.echo(secret)
    typer.echo(f"Subscriber {subscriber_id}. Keep the secret now: it cannot be shown again.", err=True)
    typer.echo(f"Try it with: corridor signals test {subscriber_id}", err=True)


@app.command(name="unsubscribe")
def unsubscribe_id(
    subscriber_id: Annotated[str, typer.Argument(help="As `corridor signals subscribers` shows.")],
) -> None:
    """Send nothing more to a subscriber. Safe to repeat.

    Example: corridor signals unsubscribe 1a2b3c4d
    """
    from ingestion.streaming.signals.subscribers import SubscriberRefused, unsubscribe

    with told_plainly(SubscriberRefused):
        was_live = unsubscribe(owner_dsn(), subscriber_id)
    typer.echo(f"{subscriber_id} has ended." if was_live else f"{subscriber_id} had ended before.")


@app.command(name="subscribers")
def list_subscribers() -> None:
    """List who is told, and who was.

    Example: corridor signals subscribers
    """
    from ingestion.streaming.signals.subscribers import subscribers

    with told_plainly():
        known = subscribers(owner_dsn())
    names = ("subscriber_id", "url", "programme", "cities", "series", "label", "ended_at", "ended_why")
    rows = [tuple(getattr(each, name) for name in names) for each in known]
    _print(("id", "address", "programme", "cities", "series", "label", "ended", "why"), rows)


@app.command()
def test(subscriber_id: Annotated[str, typer.Argument(help="As `corridor signals subscribers` shows.")]) -> None:
    """Send one signed webhook of type surge.test.v1 now, and show what the address answers.

    Example: corridor signals test 1a2b3c4d
    """
    from infra.local.problems import Problem
    from infra.settings import Settings
    from ingestion.streaming.signals.subscribers import SubscriberRefused
    from ingestion.streaming.signals.trying import try_subscriber

    private_allowed = Settings.load().env.get("CORRIDOR_SIGNALS_PRIVATE_ADDRESSES") == "1"
    with told_plainly(SubscriberRefused):
        answer = try_subscriber(
            owner_dsn(), webhook_key(), subscriber_id, int(time.time()), private_allowed=private_allowed
        )
    if not answer.is_delivered:
        raise Problem(f"It was not taken: {answer.words}. A signal would be tried again for three days.")
    typer.echo(f"It was taken: {answer.words}.")


@app.command()
def deliveries(
    subscriber_id: Annotated[str | None, typer.Option("--subscriber", help="Only to this one.")] = None,
    waiting: Annotated[bool, typer.Option("--waiting", help="Only what is still to be taken.")] = False,
    limit: Annotated[int, typer.Option(min=1, max=10_000, help="At most so many, the newest first.")] = 50,
) -> None:
    """List deliveries with their attempts, the last answer, and when the next attempt is due.

    Example: corridor signals deliveries --waiting
    """
    columns = ("created_at", "subscriber_id", "event_id", "status", "attempts", "next_attempt_at", "last_answer")
    rows = _rows(
        f"select {', '.join(columns)} from ops.v_signal_deliveries"  # noqa: S608
        " where subscriber_id = coalesce(%s, subscriber_id) and (status = 'waiting' or not %s)"
        " order by created_at desc limit %s",
        [subscriber_id, waiting, limit],
    )
    _print(columns, rows)


def _rows(query: str, parameters: list[Any]) -> list[Any]:
    import psycopg

    with told_plainly(), psycopg.connect(owner_dsn()) as connection:
        return connection.execute(query.encode(), parameters).fetchall()


def _print(columns: tuple[str, ...], rows: list[Any]) -> None:
    from rich.console import Console
    from rich.table import Table

    table = Table(pad_edge=False)
    for column in columns:
        table.add_column(column.replace("_", " "), overflow="fold")
    for row in rows:
        table.add_row(*(_text(value) for value in row))
    Console().print(table)


def _text(value: Any) -> str:
    if isinstance(value, datetime):
        return f"{value:%Y-%m-%d %H:%M}"
    if isinstance(value, list):
        return ", ".join(value)
    return "" if value is None else str(value)
