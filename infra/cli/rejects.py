"""`corridor rejects`: refused events, their sealed bodies, mending them and sending them again."""

from __future__ import annotations

import getpass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from infra.cli.database import owner_dsn, told_plainly

if TYPE_CHECKING:
    from ingestion.replaying.patch import Patch
    from ingestion.replaying.rejection import Which

app = typer.Typer(no_args_is_help=True, add_completion=False, help="Look at refused events, mend and send them again.")

Partner = Annotated[str | None, typer.Option(help="Only of this partner.")]
Code = Annotated[str | None, typer.Option(help="Only with this reason, such as schema_violation.")]
Since = Annotated[datetime | None, typer.Option(help="UTC day or time from which on.")]
Until = Annotated[datetime | None, typer.Option(help="UTC day or time before which.")]
Numbers = Annotated[list[int] | None, typer.Argument(help="The numbers that `corridor rejects list` shows.")]
Reason = Annotated[str, typer.Option(prompt="Why must they be opened", help="Kept with your name and the time.")]
Set = Annotated[list[str] | None, typer.Option("--set", help="A place and what is to stand there: /data/sex=female.")]
Remove = Annotated[list[str] | None, typer.Option(help="A place to leave out, such as /data/nickname.")]
PatchFile = Annotated[Path | None, typer.Option("--patch", help="A file with operations as RFC 6902 has them.")]
Limit = Annotated[int, typer.Option(min=1, max=100_000, help="At most so many, the oldest first.")]


@app.command(name="list")
def list_all(
    partner: Partner = None,
    code: Code = None,
    since: Since = None,
    limit: Annotated[int, typer.Option(min=1, max=10_000, help="At most so many, the newest first.")] = 50,
) -> None:
    """List refused events with their reasons; bodies stay sealed.

    Example: corridor rejects list --partner adama --since 2026-03-01
    """
    from rich.console import Console
    from rich.table import Table

    from ingestion.rejects import RejectsError, list_rejects

    since = None if since is None else since.replace(tzinfo=UTC)
    with told_plainly(RejectsError):
        rejects = list_rejects(owner_dsn(), partner=partner, code=code, since=since, limit=limit)
    table = Table(pad_edge=False)
    for column in ("number", "received", "partner", "type", "id", "code", "where", "reason", "sent again"):
        table.add_column(column, overflow="fold")
    for each in rejects:
        received = "" if each.received_at is None else f"{each.received_at:%Y-%m-%d %H:%M}"
        texts = (each.partner, each.type, each.event_id, each.code, each.pointer, each.detail, each.replayed)
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
    from ingestion.rejects import RejectsError, open_reject

    private_key = Settings.load().secret("sealing_private")
    with told_plainly(RejectsError):
        body = open_reject(owner_dsn(), number, private_key=private_key, by=getpass.getuser(), reason=reason)
    typer.echo(body.decode("utf-8", "backslashreplace"))
    typer.echo("It may hold personal data: keep no copy. This opening is logged.", err=True)


@app.command()
def fix(
    numbers: Numbers = None,
    reason: Reason = "",
    put: Set = None,
    remove: Remove = None,
    patch: PatchFile = None,
    partner: Partner = None,
    code: Code = None,
    type_: Annotated[str | None, typer.Option("--type", help="Only of this event type.")] = None,
    since: Since = None,
    until: Until = None,
    limit: Limit = 1000,
) -> None:
    """Check what refused events would be with a change, and show it; nothing is stored but that you opened them.

    `corridor rejects replay` with the same options then sends them. Values are never shown nor kept: put personal ones
    into a file for --patch, so that they do not stay in the history of your shell.

    \b
    Examples:
      corridor rejects fix 1234 1235 --set /data/age_band=18-24 --reason "Adama confirmed by mail"
      corridor rejects fix --code schema_violation --type clinic.visit.v1 --remove /data/nickname --reason "form 3.1"
    """
    which = _which(numbers, partner, code, type_, since, until, limit)
    _run(which, _patch(put, remove, patch), reason, send=False)


@app.command()
def replay(
    numbers: Numbers = None,
    reason: Reason = "",
    put: Set = None,
    remove: Remove = None,
    patch: PatchFile = None,
    partner: Partner = None,
    code: Code = None,
    type_: Annotated[str | None, typer.Option("--type", help="Only of this event type.")] = None,
    since: Since = None,
    until: Until = None,
    limit: Limit = 1000,
) -> None:
    """Send refused events again, as they are after a contract was mended, or with a change.

    They are judged by the scope of the key that sent them, and land with the receipt they came with. Each is sent
    once: a second time you are told where it is. The exit code is 1 if any was refused again.

    \b
    Examples:
      corridor rejects replay --code schema_violation --since 2026-03-01 --reason "contract mended"
      corridor rejects replay 1234 --set /data/age_band=18-24 --reason "Adama confirmed by mail"
    """
    which = _which(numbers, partner, code, type_, since, until, limit)
    _run(which, _patch(put, remove, patch), reason, send=True)


def _which(
    numbers: list[int] | None,
    partner: str | None,
    code: str | None,
    type_: str | None,
    since: datetime | None,
    until: datetime | None,
    limit: int,
) -> Which:
    from ingestion.replaying.rejection import Which

    since, until = (None if moment is None else moment.replace(tzinfo=UTC) for moment in (since, until))
    return Which(numbers or (), partner, code, type_, since, until, limit)


def _patch(put: list[str] | None, remove: list[str] | None, file: Path | None) -> Patch:
    from infra.local.problems import Problem
    from ingestion.replaying import patch

    try:
        changes = list(patch.read_patch(file.read_bytes()).changes) if file else []
        changes += [*map(patch.set_value, put or ()), *map(patch.remove, remove or ())]
    except patch.PatchError as error:
        raise Problem(str(error)) from error
    except OSError as error:
        raise Problem(f"The patch {file} cannot be read: {error.strerror}.") from error
    return patch.Patch(tuple(changes))


def _run(which: Which, patch: Patch, reason: str, *, send: bool) -> None:
    from collections import Counter

    from infra.settings import Settings
    from ingestion.rejects import RejectsError
    from ingestion.replaying.replay import Errand, replay

    errand = Errand(which, patch, getpass.getuser(), reason, send)
    outcomes: Counter[str] = Counter()

    with told_plainly(RejectsError):
        for each in replay(Settings.load(), errand):
            outcomes[each.outcome] += 1
            where = f" {each.pointer}" if each.pointer else ""
            why = f" {each.code}{where}:" if each.code else ""
            place = f" [{each.place}]" if each.place else ""
            typer.echo(f"{each.rejection_id} {each.outcome}{why} {each.sentence}{place}".rstrip())
    if not outcomes:
        typer.echo("No refused event is meant by this, or each was sent again before.")
        return
    changed = f" Changed: {', '.join(patch.pointers)}." if patch.pointers else ""
    typer.echo(", ".join(f"{number} {outcome}" for outcome, number in outcomes.items()) + "." + changed, err=True)
    if outcomes["refused"]:
        raise typer.Exit(1)
