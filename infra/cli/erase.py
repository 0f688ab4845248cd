"""`corridor erase`: a person or household goes from every store that can be written."""

from __future__ import annotations

import getpass
import sys
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from infra.settings import Settings
    from reporting.erasure.model import Erasure, Request


class Kind(StrEnum):
    """Whom an identifier names."""

    person = "person"
    household = "household"


class Scope(StrEnum):
    """Where it is erased."""

    programme = "programme"
    city = "city"


def command(
    city: Annotated[str | None, typer.Option(help="The city that knows the identifier: ADAMA.")] = None,
    identifier_file: Annotated[
        Path | None, typer.Option(help="A file with one identifier a line, or - for standard input.", allow_dash=True)
    ] = None,
    token_file: Annotated[
        Path | None, typer.Option(help="The same with tokens, of cities that make their own.", allow_dash=True)
    ] = None,
    programme: Annotated[str, typer.Option(help="Code of the programme.")] = "CM",
    kind: Annotated[Kind, typer.Option(help="Whom the identifiers name.")] = Kind.person,
    scope: Annotated[Scope, typer.Option(help="Everywhere in the programme, or only events of --city.")] = (
        Scope.programme
    ),
    area: Annotated[list[str] | None, typer.Option(help="Only this area, such as health; may be repeated.")] = None,
    reason: Annotated[str, typer.Option(help="Why; kept with your name. Name nobody.")] = "",
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say what would be changed where.")] = False,
    late: Annotated[bool, typer.Option("--late", help="Withdrawals that arrived, and what came too late.")] = False,
    everything: Annotated[
        bool, typer.Option("--all", help="With --late: look through all events, as after a backup was restored.")
    ] = False,
    resume: Annotated[bool, typer.Option("--resume", help="Only end what an earlier command left under way.")] = False,
) -> None:
    """Erase people or households: a random surrogate takes the place of their token wherever it is stored.

    Figures stay what they are, for surrogates are counted as people were; nobody can be found by them. Identifiers are
    read from a file, never printed and never stored. Safe to repeat; each hour the DAG erase_people carries out the
    withdrawals that cities sent as events.

    \b
    Examples:
      corridor erase --city ADAMA --identifier-file - --reason "letter of 3 May" --dry-run
      corridor erase --city ADAMA --identifier-file - --reason "letter of 3 May"
      corridor erase --late --all
    """
    from infra.settings import Settings
    from reporting.erasure.late import erase_late
    from reporting.erasure.looking import look
    from reporting.erasure.run import erase
    from reporting.erasure.withdrawals import erase_withdrawn

    settings = Settings.load()
    if resume:
        erase(settings, [])
        typer.echo("Nothing is under way any more.")
        return
    if late:
        done = erase_withdrawn(settings)
        came_late = erase_late(settings, everything=everything)
        typer.echo(f"{len(done)} withdrawals were carried out; events of {came_late} came after their erasure.")
        return
    requests = _requests(settings, city, identifier_file, token_file, programme, kind, scope, area, reason)
    if dry_run:
        for number, request in enumerate(requests, 1):
            stores = ", ".join(f"{store} {count:,}" for store, count in look(settings, request).items())
            typer.echo(f"{number}: {stores}")
        typer.echo("Nothing was changed.")
        return
    for erasure in erase(settings, requests):
        typer.echo(_told(erasure))
    typer.echo("What is computed from these events is made anew by the next build, within ten minutes.")


def _requests(
    settings: Settings,
    city: str | None,
    identifiers: Path | None,
    tokens: Path | None,
    programme: str,
    kind: Kind,
    scope: Scope,
    area: list[str] | None,
    reason: str,
) -> list[Request]:
    from reporting.erasure.areas import types_of
    from reporting.erasure.model import ErasureProblem, Request
    from reporting.erasure.tokens import given_tokens, tokens_of_identifier

    file = identifiers or tokens
    if (identifiers is None) == (tokens is None) or file is None:
        raise ErasureProblem("Say who with --identifier-file or --token-file: one of the two.")
    if city is None and (identifiers or scope is Scope.city):
        raise ErasureProblem("Say which city with --city: its key makes tokens of identifiers.")
    if len(reason.strip()) < 5:
        raise ErasureProblem("Say in a few words why, with --reason; name nobody.")
    text = sys.stdin.read() if str(file) == "-" else file.read_text(encoding="utf-8")
    given = [line.strip() for line in text.splitlines() if line.strip()]
    if not given:
        raise ErasureProblem("The file is empty: write one identifier or token on each line.")
    now = datetime.now(UTC)
    return [
        Request(
            tokens=tokens_of_identifier(settings, city, kind, each) if identifiers and city else given_tokens(each),
            kind=kind,
            programme=programme,
            city=city if scope is Scope.city else None,
            areas=tuple(area) if area else None,
            types=types_of(area or None),
            origin="request",
            asked_by=getpass.getuser(),
            reason=reason.strip(),
            occurred_until=now,
            received_until=now,
        )
        for each in given
    ]


def _told(erasure: Erasure) -> str:
    return (
        f"Erasure {erasure.erasure_id}: {erasure.events:,} events, {erasure.conflicts:,} kept for review, "
        f"{erasure.archived_events:,} archived, {erasure.links:,} links, {erasure.records:,} records. The log forgets "
        f"what it holds by {erasure.log_forgets_at:%Y-%m-%d}."
    )
