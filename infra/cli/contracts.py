"""`corridor contracts`: what is made from the contracts, and what changed since the last release."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import typer

if TYPE_CHECKING:
    from ingestion.contracts.changes import Change
    from ingestion.contracts.registry import Contract

app = typer.Typer(
    no_args_is_help=True, add_completion=False, help="Check the contracts of events, and write what is made from them."
)


@app.command()
def check() -> None:
    """Refuse contracts that are not well-formed, generated files that are not current, and breaking changes.

    Example: corridor contracts check
    """
    from infra.local.problems import Problem
    from ingestion.contracts.generate.files import outdated

    known, files = _made()
    problems = [f"{_short(path)} is not current: run `corridor contracts write`." for path in outdated(files)]
    problems += [f"{change}\n{_advice(change)}" for change in _changes(known) if change.breaking]
    if problems:
        raise Problem("\n".join(problems))
    typer.echo(f"{len(known)} event types are well-formed; {len(files)} files made from them are current.")


@app.command()
def diff() -> None:
    """Name every change since the last release; the exit code is 1 if one of them is breaking.

    Example: corridor contracts diff
    """
    found = _changes(_known())
    for change in found:
        typer.echo(str(change))
    if not found:
        typer.echo("Nothing changed since the last release.")
    if any(change.breaking for change in found):
        raise typer.Exit(1)


@app.command()
def write() -> None:
    """Write every file that is made from the contracts. Safe to repeat.

    Example: corridor contracts write
    """
    from ingestion.contracts.generate.files import write as write_files

    _, files = _made()
    for path in write_files(files):
        typer.echo(f"{'wrote' if path.exists() else 'removed'} {_short(path)}")


@app.command()
def release() -> None:
    """Keep the contracts as they are now, for later changes to be compared with. Part of making a release.

    Example: corridor contracts release
    """
    from infra.local.problems import Problem
    from ingestion.contracts.release import RELEASED, release_text

    known = _known()
    breaking = [change for change in _changes(known) if change.breaking]
    if breaking:
        raise Problem("\n".join(f"{change}\n{_advice(change)}" for change in breaking))
    RELEASED.write_text(release_text(known), encoding="utf-8")
    typer.echo(f"{len(known)} event types are kept in {_short(RELEASED)}.")


def _known() -> dict[str, Contract]:
    from infra.local.problems import Problem
    from ingestion.contracts.registry import contracts
    from ingestion.contracts.resolve import ContractError

    try:
        return contracts()
    except ContractError as error:
        raise Problem(str(error)) from error


def _made() -> tuple[dict[str, Contract], dict[Path, str]]:
    from infra.local.problems import Problem
    from ingestion.contracts.generate.files import generated_files
    from ingestion.contracts.resolve import ContractError

    known = _known()
    try:
        return known, generated_files(known)
    except ContractError as error:
        raise Problem(str(error)) from error


def _changes(known: dict[str, Contract]) -> list[Change]:
    from ingestion.contracts.changes import changes
    from ingestion.contracts.release import present, released

    before = released()
    return changes(before, present(known)) if before else []


def _advice(change: Change) -> str:
    from ingestion.contracts.release import ENVELOPE

    if change.type == ENVELOPE:
        return "  Every partner's events have this envelope: take the change back."
    name, _, number = change.type.rpartition(".v")
    return (
        f"  Put ingestion/contracts/{name}/v{number} back as it was and make the change in "
        f"ingestion/contracts/{name}/v{int(number) + 1}: both versions are accepted and land in one model."
    )


def _short(path: Path) -> str:
    from infra.settings import REPO

    return path.relative_to(REPO).as_posix()
