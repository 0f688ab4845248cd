"""`corridor simulate`: live some days of a small world, send its events, and keep the right answers beside them."""

from __future__ import annotations

import sys
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from infra.settings import Settings
    from ingestion.simulation.simulation import Simulation

#: Events a second of `--live`, if no rate is asked for.
LIVE_RATE = 5.0
_START = "2019-01-01"


def command(
    days: Annotated[int, typer.Option(help="Days to live through.")] = 30,
    seed: Annotated[int, typer.Option(help="The same seed and options give the same events with the same ids.")] = 1,
    programme: Annotated[str, typer.Option(help="Only SIM is simulated.")] = "SIM",
    rate: Annotated[
        float | None, typer.Option(help="At most so many events a second; else as fast as it goes.")
    ] = None,
    cities: Annotated[str | None, typer.Option(help="City codes with commas between; else all partner cities.")] = None,
    start: Annotated[str | None, typer.Option(help=f"First day, {_START} if none is given.")] = None,
    events: Annotated[int | None, typer.Option(help="Events to send, faults included; else 8 a city and day.")] = None,
    duplicates: Annotated[float, typer.Option(help="Share that is sent twice.")] = 0.05,
    corrections: Annotated[float, typer.Option(help="Share that corrects a record.")] = 0.03,
    voids: Annotated[float, typer.Option(help="Share that takes a record back.")] = 0.02,
    late: Annotated[float, typer.Option(help="Share that a phone sends weeks after it happened.")] = 0.05,
    bad: Annotated[float, typer.Option(help="Share that the gateway must refuse.")] = 0.03,
    out: Annotated[Path | None, typer.Option(help="Folder for events, expected refusals and truth.")] = None,
    send: Annotated[bool, typer.Option(help="Send through the gateway, or only write the files.")] = True,
    live: Annotated[bool, typer.Option(help=f"Let the days end now, and send {LIVE_RATE:g} events a second.")] = False,
) -> None:
    """Live DAYS days in the partner cities and send what their people did, faults included.

    Writes events.jsonl, refusals.jsonl (what must be refused) and truth.jsonl (the cells that must be published).
    Sending the same simulation again changes nothing. The exit code is 1 if an answer was not the expected one.

    \b
    Examples:
      corridor simulate --days 30 --seed 7
      corridor simulate --days 183 --start 2018-04-01 --events 20000 --no-send --out simulated
      corridor simulate --days 2 --live --cities ADAMA,ARUA
    """
    from infra.local.problems import Problem
    from infra.settings import Settings
    from ingestion.simulation.config import SimulationConfig, SimulationError
    from ingestion.simulation.places import CITIES
    from ingestion.simulation.simulation import simulate

    if programme != "SIM":
        raise Problem(f"Events are made up for the programme SIM only, not for {programme}: leave --programme out.")
    settings = Settings.load()
    now = datetime.now(UTC).replace(second=0, microsecond=0) if live else None
    try:
        config = SimulationConfig(
            seed=seed,
            days=days,
            start=now.date() - timedelta(days=days - 1) if now else _day(start or _START),
            events=events,
            cities=tuple(code.strip().upper() for code in cities.split(",")) if cities else tuple(CITIES),
            duplicates=duplicates,
            corrections=corrections,
            voids=voids,
            late=late,
            bad=bad,
            until=now,
        )
        simulation = simulate(config)
    except SimulationError as error:
        raise Problem(str(error)) from error
    folder = out or settings.home / "simulations" / config.fingerprint
    simulation.write(folder)
    print(f"{len(simulation.dispatches)} events: {_listed(simulation.counts())}. Files: {folder}")
    if send:
        _send(simulation, settings, rate or (LIVE_RATE if live else None))


def _send(simulation: Simulation, settings: Settings, rate: float | None) -> None:
    import psycopg
    from rich.console import Console
    from rich.progress import Progress

    from infra.local.problems import Problem
    from ingestion.partner_client.corridor_client import SendError
    from ingestion.simulation.sender_keys import sender_keys
    from ingestion.simulation.sending import send

    try:
        keys = sender_keys(settings, simulation.config)
    except psycopg.OperationalError as error:
        raise Problem(f"Postgres does not answer, so no keys can be made ({error}): run `make up`.") from error
    with Progress(console=Console(stderr=True), transient=True, disable=not sys.stderr.isatty()) as progress:
        bar = progress.add_task("sending", total=len(simulation.dispatches))
        try:
            receipt = send(
                simulation.dispatches,
                keys,
                settings.gateway_url,
                rate,
                lambda done: progress.update(bar, completed=done),
            )
        except SendError as error:
            raise Problem(str(error)) from error
    surprises = receipt.surprises(simulation.dispatches)
    known = f", known already {receipt.duplicates}" if receipt.duplicates else ""
    print(f"accepted {receipt.accepted}{known}, refused {len(receipt.refused)}, other than expected {len(surprises)}")
    for sentence in surprises[:10]:
        print(sentence)
    if surprises:
        raise typer.Exit(1)


def _day(text: str) -> date:
    from infra.local.problems import Problem

    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise Problem(f"--start {text!r} is no day: write it as 2019-01-31.") from error


def _listed(counts: dict[str, int]) -> str:
    return ", ".join(f"{number} {kind}" for kind, number in counts.items())
