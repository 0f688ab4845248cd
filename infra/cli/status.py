"""`corridor status`: each service of the stack, and whether events flow."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from infra.local.flow import Flow, look_at_flow
from infra.local.look import State, look, supervisor_memory
from infra.settings import Settings

MIB = 1024**2


def command(as_json: Annotated[bool, typer.Option("--json", help="Print JSON instead of a table.")] = False) -> None:
    """Show each service: whether it is up, since when, its memory (PSS), its address; and how long the canary takes.

    A canary is an event that is sent each minute and watched on its whole way. Red: a service is down, the canary is
    late, something does not add up (`corridor reconcile`), a partner's producer is not listened to, or the spool is
    not empty. The exit code is 0 if nothing is red, else 1.

    Example: corridor status --json
    """
    settings = Settings.load()
    states = look(settings)
    flow = look_at_flow(settings)
    if as_json:
        total = supervisor_memory(settings)
        document = {
            "home": str(settings.home),
            "memory_bytes": total,
            "services": [state.as_dict() for state in states],
            **flow.as_dict(),
        }
        print(json.dumps(document, indent=2))
    else:
        console = Console()
        console.print(_table(states))
        _show(console, flow)
    raise typer.Exit(0 if all(state.good for state in states) and not flow.alarms else 1)


def _show(console: Console, flow: Flow) -> None:
    if flow.canary is not None:
        line = []
        for each in flow.canary.passed:
            seconds = "not yet" if each.seconds is None else f"{each.seconds:.1f} s"
            line.append(f"[{'red' if each.is_late else 'green'}]{each.station} {seconds}[/]")
        console.print("canary: " + " · ".join(line), highlight=False)
    for alarm in flow.alarms:
        console.print(alarm, style="red", highlight=False, markup=False, soft_wrap=True)


def _table(states: list[State]) -> Table:
    table = Table(pad_edge=False)
    for name in ("service", "state", "up for", "memory", "address"):
        table.add_column(name, justify="right" if name in ("up for", "memory") else "left", no_wrap=True)
    for state in states:
        memory = f"{state.memory_bytes / MIB:,.0f} MB" if state.memory_bytes else ""
        style = "green" if state.good else "red"
        table.add_row(state.name, f"[{style}]{state.state}[/]", _age(state.since), memory, state.url)
    return table


def _age(since: str | None) -> str:
    if since is None:
        return ""
    seconds = int((datetime.now(UTC) - datetime.fromisoformat(since)).total_seconds())
    days, rest = divmod(max(0, seconds), 86_400)
    hours, rest = divmod(rest, 3600)
    return f"{days} d {hours} h" if days else f"{hours}:{rest // 60:02}:{rest % 60:02}"
