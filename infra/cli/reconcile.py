"""`corridor reconcile`: does what was acknowledged, what the log holds and what stands in raw add up?"""

from __future__ import annotations

import getpass
import json
from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated

import typer

from infra.cli.database import told_plainly

if TYPE_CHECKING:
    from ingestion.reconciling.run import Result


def command(
    everything: Annotated[bool, typer.Option("--all", help="All loads in the database, not only new ones.")] = False,
    accept: Annotated[int | None, typer.Option(help="Close the difference of this number as it is.")] = None,
    reason: Annotated[str, typer.Option(help="Why it is accepted; kept with your name.")] = "",
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON instead of tables.")] = False,
) -> None:
    """Check that nothing vanished, per topic partition and per partner; each hour the DAG reconcile_loads does it.

    It may run while loads run. The exit code is 0 if everything adds up, else 1.

    \b
    Examples:
      corridor reconcile
      corridor reconcile --all --json
      corridor reconcile --accept 3 --reason "retention; Adama sent the day again"
    """
    from infra.settings import Settings
    from ingestion.reconciling.accepting import AcceptError
    from ingestion.reconciling.accepting import accept as accept_difference
    from ingestion.reconciling.run import reconcile

    settings = Settings.load()
    with told_plainly(AcceptError):
        if accept is not None:
            detail = accept_difference(settings.dsn("owner"), accept, by=getpass.getuser(), reason=reason)
            typer.echo(f"Closed: {detail}")
            return
        result = reconcile(settings, everything=everything)
    if as_json:
        document = asdict(result)
        document["open"] = [{"number": number, "detail": detail} for number, detail in result.open]
        document["balances"] = [asdict(each) | {"missing": each.missing} for each in result.balances]
        print(json.dumps(document, indent=2))
    else:
        _show(result)
    raise typer.Exit(1 if result.open else 0)


def _show(result: Result) -> None:
    from rich.console import Console
    from rich.table import Table

    console = Console()
    if result.balances:
        table = Table(pad_edge=False)
        for column in ("partner", "acknowledged", "in raw", "in Kafka", "in the spool", "unanswered", "missing"):
            table.add_column(column, justify="left" if column == "partner" else "right")
        for each in result.balances:
            numbers = (each.acknowledged, each.arrived, each.waiting, each.spooled, each.unanswered)
            missing = max(0, each.missing)
            table.add_row(
                each.partner or "(nobody's)",
                *(f"{number:,}" for number in numbers),
                f"{missing:,}",
                style="red" if missing else "",
            )
        console.print(table)
    console.print(
        f"Loads {result.after_load_id + 1} to {result.upto_load_id}: {result.offsets:,} offsets, {result.rows:,} rows."
        if result.upto_load_id > result.after_load_id
        else "No load was closed since the last check.",
        highlight=False,
    )
    if result.problem:
        console.print(result.problem, style="yellow", highlight=False)
    for number, sentence in result.open:
        console.print(f"[{number}] {sentence}", style="red", highlight=False, markup=False, soft_wrap=True)
    if not result.open:
        console.print("Everything adds up.", style="green")
